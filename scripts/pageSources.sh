#!/usr/bin/env bash
# Prints all that the studio's pages are built from: while this stays the same, what setup.sh has built is up to date, and the
# tests of the pages take it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cat package-lock.json
find packages/studio/web packages/studio/shared packages/preferences/src/dissect/chineseNames.ts \
  -type f -not -path '*/dist/*' | LC_ALL=C sort | xargs cat

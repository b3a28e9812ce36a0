#!/usr/bin/env bash
# make bench: every measurement in bench/ that needs no Python, one after another. Arguments choose some of them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
(($#)) || set -- "$root"/bench/*.ts
for program in "$@"; do
  printf '\n== %s\n' "$(basename "$program" .ts)"
  node "$program"
done

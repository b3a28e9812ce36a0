#!/usr/bin/env bash
# make test: formatting and lint, types, then every test. Arguments narrow the tests down: scripts/test.sh 'packages/torch/**/*.test.ts'
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"
# The studio's tests drive a real browser and run on a real PostgreSQL; where they cannot be had, those tests skip and say so.
peers_is_done() { command -v chromium >/dev/null && { command -v pg_config >/dev/null || [[ -d /usr/lib/postgresql ]]; }; }
peers() {
  can_install && apt_install chromium postgresql ||
    give_up peers 'Chromium and PostgreSQL are missing (apt install chromium postgresql): the tests that need them are skipped.'
}
step peers

(($#)) || set -- 'packages/*/test/**/*.test.ts' 'recipes/**/*.test.ts'

node_modules/.bin/biome check .
node_modules/.bin/tsc --noEmit
node_modules/.bin/tsc --noEmit -p packages/studio/web

# One thread each and a test file per core: with more, they would wait for one another.
OMP_NUM_THREADS=1 node --import "$root/scripts/sameCases.ts" --test --test-concurrency="$(node -p 'os.availableParallelism()')" \
  --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$made/test.tap" "$@"
grep -q '^# pass [1-9]' "$made/test.tap" || fail "no test ran: nothing matches $*"

#!/usr/bin/env bash
# Sees to what Attune needs: Node 24, npm packages, libtorch and the addon compiled against it. What is done is not done
# again; what cannot be had is told in one line.
#
#   scripts/setup.sh          tries again what could not be had before
#   source scripts/setup.sh   does not; afterwards a fitting `node` is first in PATH
#
# Everything it makes is in .attune/ and node_modules/; only Debian's packages go into the system, by apt-get.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
made=$root/.attune
node_version=24.21.0

say() { printf 'attune: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}
digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c1-16; }

# step NAME: does NAME unless NAME_is_done. One process at a time, so that two that start together do not install twice.
# A step that calls give_up is not tried again at every start, only by scripts/setup.sh itself.
step() {
  local given_up=$made/gave-up/$1
  if "$1_is_done"; then
    if [[ -e $given_up ]]; then rm -f "$given_up"; fi
  elif [[ ! -e $given_up ]]; then
    (
      if command -v flock >/dev/null; then flock 9; fi
      "$1_is_done" || "$1"
    ) 9>"$made/lock"
  fi
}

# give_up STEP MESSAGE
give_up() {
  mkdir -p "$made/gave-up"
  printf '%s\n' "$2" >"$made/gave-up/$1"
  say "$2"
}

# --- Node: the machine's where it is new enough, else one of our own ---

prefer_own_node() {
  local bin
  for bin in "$made"/node/node_modules/node-*/bin; do
    if [[ -x $bin/node ]]; then export PATH=$bin:$PATH && return; fi
  done
  return 1
}

node_24_is_done() {
  local version
  if prefer_own_node; then return; fi
  version=$(node --version 2>/dev/null) && version=${version#v} && ((${version%%.*} >= 24))
}

node_24() {
  local have package
  have=$(node --version 2>/dev/null || echo none)
  package=node-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
  command -v npm >/dev/null || fail "Node 24 or newer is needed (here: $have) and there is no npm to fetch it with. Install Node.js 24."
  say "Node 24 is needed (here: $have): fetching one of our own"
  npm install --prefix "$made/node" --no-save --no-package-lock --loglevel=error "$package@$node_version" >&2 </dev/null ||
    fail "npm could not fetch $package@$node_version. Check the network and npm's settings, or install Node.js 24."
}

# --- npm packages, from the lock file ---

packages_stamp() { digest <"$root/package-lock.json"; }
packages_is_done() { [[ -d $root/node_modules && $(cat "$made/packages" 2>/dev/null) == "$(packages_stamp)" ]]; }
packages() {
  say 'installing npm packages'
  command -v npm >/dev/null || fail 'npm packages are missing and there is no npm. Install Node.js 24 together with npm.'
  (cd "$root" && npm ci --include=dev --loglevel=error >&2 </dev/null) ||
    fail 'npm ci failed (see above). Check the network and npm'"'"'s settings, then run make setup.'
  packages_stamp >"$made/packages"
}

# --- The studio's pages, built for the browser from packages/studio/web ---

pages_stamp() { "$root/scripts/pageSources.sh" | digest; }
pages_is_done() { [[ -e $root/packages/studio/web/dist/index.html && $(cat "$made/pages" 2>/dev/null) == "$(pages_stamp)" ]]; }
pages() {
  say "building the studio's pages"
  (cd "$root" && node_modules/.bin/vite build packages/studio/web --logLevel warn >&2 </dev/null) || fail "the studio's pages could not be built (see above)."
  pages_stamp >"$made/pages"
}

source "$root/scripts/libtorch.sh"

mkdir -p "$made"
export NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$made/compiled} # stripping types anew would take half of a command's start
if [[ ${BASH_SOURCE[0]} == "$0" ]]; then rm -rf "$made/gave-up"; fi
step node_24
node_24_is_done
step packages
step pages
see_to_libtorch

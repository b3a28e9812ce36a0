# Finds libtorch, installs Debian's where there is none, and compiles the addon against it. Part of setup.sh.

# --- Which one: ATTUNE_LIBTORCH, Python's torch, the system's ---

# use_libtorch FOLDER WHOSE: true where FOLDER holds a libtorch that can be compiled against. Debian's layout is the same
# with /usr for the folder.
use_libtorch() {
  local library
  for library in "$1"/lib{,64,"/$(uname -m)-linux-gnu"}/libtorch_cpu.{so,dylib}; do
    if [[ -e $library && -e $1/include/ATen/ATen.h ]]; then
      torch=$(cd "$1" && pwd -P) torch_lib=$(cd "${library%/*}" && pwd -P) torch_library=$library torch_whose=$2
      return
    fi
  done
  return 1
}

# The folder of Python's torch, without the seconds that importing it takes. (In /, or a folder named torch would be found.)
python_torch() {
  local python=${PYTHON:-python3}
  if [[ -z ${PYTHON:-} && -n ${VIRTUAL_ENV:-} ]]; then python=$VIRTUAL_ENV/bin/python; fi
  (cd / && "$python" -c 'from importlib.util import find_spec; print(find_spec("torch").submodule_search_locations[0])') 2>/dev/null
}

find_libtorch() {
  local folder
  if [[ -n ${ATTUNE_LIBTORCH:-} ]]; then
    use_libtorch "$ATTUNE_LIBTORCH" ATTUNE_LIBTORCH
  elif folder=$(python_torch) && use_libtorch "$folder" "Python's torch"; then
    return
  else
    use_libtorch /usr "the system's" || use_libtorch /usr/local "the system's"
  fi
}

torch_version() {
  local header=$torch/include/torch/headeronly/version.h # where newer ones have it
  [[ -e $header ]] || header=$torch/include/torch/csrc/api/include/torch/version.h
  sed -nE 's/.*define TORCH_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+).*/\2/p' "$header" | paste -sd. -
}

# --- What Debian and Ubuntu have ---

as_root() { if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi; }
can_install() { command -v apt-get >/dev/null && as_root true 2>/dev/null; }

apt_install() {
  say "installing $* with apt-get (about a minute)"
  as_root apt-get update -qq >"$made/apt.log" 2>&1 </dev/null || true # a stale list is still a list
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$made/apt.log" 2>&1 </dev/null
}

no_libtorch() {
  give_up libtorch "no libtorch ($1): $2. Everything but training and generation works without it."
}

libtorch_is_done() { find_libtorch; }
libtorch() {
  local remedy='apt install libtorch-dev g++, or pip install torch, or set ATTUNE_LIBTORCH, then make setup'
  if [[ -n ${ATTUNE_LIBTORCH:-} ]]; then
    say "ATTUNE_LIBTORCH=$ATTUNE_LIBTORCH is no libtorch: include/ATen/ATen.h and lib/libtorch_cpu.so are expected in it."
  elif ! can_install; then
    no_libtorch 'and no right to install it' "$remedy"
  else
    apt_install libtorch-dev g++ libopenblas0-openmp || no_libtorch "apt-get: $(tail -1 "$made/apt.log")" "$remedy"
  fi
}

# Debian's libtorch multiplies by whatever BLAS the system has; the reference one is 25 times slower than OpenBLAS.
blas_is_done() { [[ $torch != /usr || $(readlink -f "$torch_lib/libblas.so.3") != */blas/libblas.so* ]]; }
blas() {
  if can_install && apt_install libopenblas0-openmp; then return; fi
  give_up blas 'libtorch runs on the slow reference BLAS: apt install libopenblas0-openmp'
}

compiler_is_done() { command -v "${CXX:-g++}" >/dev/null || command -v clang++ >/dev/null; }
compiler() {
  if can_install && apt_install g++; then return; fi
  give_up compiler 'libtorch is here but no C++ compiler to connect it: apt install g++, then make setup'
}

# --- The addon: .attune/native/KEY/ for each libtorch, of which `current` names the one in use without ATTUNE_LIBTORCH ---

# What the addon depends on; written beside it, read by load.ts.
addon_build() {
  local sources size
  sources=$(cat "$root"/packages/torch/native/* | digest)
  size=$(wc -c <"$torch_library" | tr -d ' ')
  printf '{"libtorch":"%s","version":"%s","bytes":%s,"sources":"%s"}\n' "$torch" "$version" "$size" "$sources"
}

addon_is_done() {
  build=$(addon_build)
  [[ -e $folder/attune_torch.node && $(cat "$folder/build.json" 2>/dev/null) == "$build" ]]
}

addon() {
  say "compiling the addon against libtorch $version, $torch_whose (about half a minute)"
  mkdir -p "$folder"
  if "$root/packages/torch/native/build.sh" "$torch/include" "$torch_lib" "$root/node_modules/node-api-headers/include" \
    "$folder/attune_torch.node" >"$folder/build.log" 2>&1; then
    printf '%s\n' "$build" >"$folder/build.json"
  else
    give_up addon "the addon does not compile against $torch: see ${folder#"$root"/}/build.log, or choose another with ATTUNE_LIBTORCH"
  fi
}

see_to_libtorch() {
  local torch='' torch_lib torch_library torch_whose version key folder build
  step libtorch
  if [[ -z $torch ]]; then find_libtorch || return 0; fi # what a step sets in its subshell is lost
  step blas
  step compiler
  version=$(torch_version)
  key=$(digest <<<"$torch $version" | cut -c1-8)
  folder=$made/native/$key
  if compiler_is_done; then step addon; fi
  if [[ -z ${ATTUNE_LIBTORCH:-} && -e $folder/attune_torch.node ]]; then printf '%s\n' "$key" >"$made/native/current"; fi
}

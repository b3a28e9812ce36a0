#!/usr/bin/env bash
# Compiles the addon against one libtorch: build.sh INCLUDE LIB NODE_API OUT, the three folders it needs and the file it
# makes. CXX chooses the compiler. All sources are one translation unit: libtorch's headers cost more than our own code.
set -euo pipefail
include=$1 lib=$2 node_api=$3 out=$4
native=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

compiler() {
  local found
  for found in ${CXX:-g++ clang++ c++}; do command -v "$found" && return; done
  echo 'no C++ compiler (g++ or clang++)' >&2
  return 1
}

# The standard that this libtorch's headers ask for; 17 where they are content with less.
standard() {
  local asked
  asked=$(sed -n 's/^#error C++\([0-9][0-9]\) or later.*/\1/p' "$include/ATen/ATen.h" | head -1)
  echo "c++$((asked > 17 ? asked : 17))"
}

# PyTorch's own wheels had GCC's old std::string until 2.6; how a constructor that takes one is named tells.
string_abi() {
  if grep -aq 'c105ErrorC1ENS_14SourceLocationESs' "$lib"/libc10.*; then echo 0; else echo 1; fi
}

has_library() { [[ -e $lib/lib$1.so || -e $lib/lib$1.dylib ]]; }

cxx=$(compiler)
link=(-L"$lib" "-Wl,-rpath,$lib" -ltorch_cpu -lc10)
if [[ $(uname) == Darwin ]]; then link+=(-undefined dynamic_lookup); fi
# Nothing here calls CUDA by name: without --no-as-needed the linker would leave it out, and no device would appear.
if has_library torch_cuda; then link=(-Wl,--no-as-needed "${link[@]}" -ltorch_cuda -lc10_cuda); fi

made=$out.$$
trap 'rm -f "$made"' EXIT
printf '#include "%s"\n' "$native"/*.cc | "$cxx" -x c++ - -o "$made" -std="$(standard)" -O2 -fPIC -shared \
  -D_GLIBCXX_USE_CXX11_ABI="$(string_abi)" -I"$native" -I"$node_api" \
  -I"$include" -I"$include/torch/csrc/api/include" "${link[@]}"
mv "$made" "$out"

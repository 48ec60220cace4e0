# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Sourced by tools/run and tools/test: the packages einjit is built from, and how to get them and configure the build.
# Everything said here goes to standard error, which leaves standard output to the program that is run.

# Debian packages; `a|b` is the first of them that the release has.
buildPackages=(
  g++ cmake ninja-build
  llvm-19-dev 'libboost1.81-dev|libboost-dev' libtbb-dev libfmt-dev libxxhash-dev nlohmann-json3-dev libcli11-dev
  libedit-dev
)
testPackages=(
  libgtest-dev libgmock-dev clang-format-19 clang-19 python3-numpy libeigen3-dev
  pkg-config help2man lintian dpkg-dev file doxygen
)

say() { echo "einjit: $*" >&2; }

isInstalled() { [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

isKnown() { [[ -n "$(apt-cache show --no-all-versions "$1" 2>/dev/null)" ]]; }

# missingPackages PACKAGE...: those that are not installed, each by its alternatives.
missingPackages() {
  local package name
  for package; do
    for name in ${package//|/ }; do
      isInstalled "$name" && continue 2
    done
    echo "$package"
  done
}

# choosePackages PACKAGE...: one name for each.
choosePackages() {
  local package name
  for package; do
    for name in ${package//|/ }; do
      isKnown "$name" && break
    done
    echo "$name"
  done
}

# requirePackages PACKAGE...: installs what is missing if that needs nobody's password, else says what to type.
requirePackages() {
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system; going on in the hope that these are there: $*"
    return
  fi
  local missing=()
  mapfile -t missing < <(missingPackages "$@")
  ((${#missing[@]})) || return 0

  local root=()
  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null; then
      say "packages are missing; install them with"
      echo "  sudo apt-get install $(choosePackages "${missing[@]}" | xargs)" >&2
      exit 1
    fi
    root=(sudo -n)
  fi
  installPackages "${missing[@]}" || {
    say "could not install: ${missing[*]}"
    exit 1
  }
}

# The lists of what there is are fetched only where they are absent (a fresh image has none) or out of date.
installPackages() {
  local install=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends)
  say "installing $*"
  isKnown cmake || "${root[@]}" apt-get update >&2
  local names
  mapfile -t names < <(choosePackages "$@")
  "${install[@]}" "${names[@]}" >&2 && return
  "${root[@]}" apt-get update >&2
  mapfile -t names < <(choosePackages "$@")
  "${install[@]}" "${names[@]}" >&2
}

# configure CMAKE-ARGUMENT...: one build folder and one set of compiler flags for tools/run and tools/test, so that
# neither makes the other build again.
configure() {
  say "configuring"
  cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DEINJIT_WERROR=ON "$@" >&2
}

# compile TARGET: one build at a time, however many are started.
compile() {
  say "building (the first time takes some minutes)"
  cmake --build build --target "$1" >&2
}

# Keeps other runs of these scripts in the same checkout waiting until this shell ends or calls unlockBuild.
lockBuild() {
  mkdir -p build
  exec {buildLock}>build/.lock
  flock "$buildLock"
}
unlockBuild() { exec {buildLock}>&-; }

# The tools that the build and the tests need. What is there in the right version is used; the rest is made under
# $OCCUFORM_CACHE, beside other versions and out of the way of what else is installed.

OCCUFORM_CACHE="${OCCUFORM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/occuform}"

WASM_PACK_VERSION=0.15.1
TRUNK_VERSION=0.21.14
CARGO_AUDIT_VERSION=0.22.2
CARGO_FUZZ_VERSION=0.13.2
OHA_VERSION=1.16.0

# The command-line tool must be of the very version that the widget is built with.
wasm_bindgen_version() {
  awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, "", $3); print $3 }' Cargo.lock
}

need_rust_and_node() {
  command -v cargo >/dev/null || fail "cargo is missing: install Rust from https://rustup.rs"
  command -v node >/dev/null || fail "node is missing: install Node.js 20 or newer"
  command -v npm >/dev/null || fail "npm is missing: install Node.js 20 or newer"
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "Node.js is version $(node --version): 20 or newer is needed"
  need_rust_version "$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)"
  command -v cc >/dev/null || system_packages "a C linker" gcc libc6-dev
}

# need_rust_version VERSION
need_rust_version() {
  local found
  found=$(rustc --version | cut -d' ' -f2)
  printf '%s\n%s\n' "$1" "$found" | sort -C -V || fail "Rust is version $found: $1 or newer is needed, run 'rustup update'"
}

need_python() {
  command -v python3 >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null ||
    system_packages "Python" python3 python3-venv
}

# system_packages WHAT-FOR PACKAGE...: installs what is missing on Debian and its like.
system_packages() {
  local purpose=$1 package missing=() as_root=()
  shift
  command -v apt-get >/dev/null || fail "$purpose is missing: install the equivalent of Debian's $*"
  for package in "$@"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  step "Installing $purpose: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "run as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q >&2 || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >&2 ||
    fail "the packages could not be installed: see above"
}

# cargo_tool CRATE VERSION BINARY [--locked]: puts the tool on PATH.
cargo_tool() {
  local crate=$1 version=$2 binary=$3 root
  shift 3
  root="$OCCUFORM_CACHE/$crate-$version"
  PATH="$root/bin:$PATH"
  "$binary" --version 2>/dev/null | grep -qF " $version" && return 0
  step "Installing $crate $version"
  # Built for the speed of building; one target folder, since the tools share much.
  CARGO_TARGET_DIR="$OCCUFORM_CACHE/build" CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
    cargo install --root "$root" --version "$version" "$@" "$crate" ||
    fail "$crate could not be installed: see above"
}

wasm_bindgen() {
  cargo_tool wasm-bindgen-cli "$(wasm_bindgen_version)" wasm-bindgen
}

wasm_pack() {
  cargo_tool wasm-pack "$WASM_PACK_VERSION" wasm-pack --locked
}

trunk_tool() {
  cargo_tool trunk "$TRUNK_VERSION" trunk --locked
}

cargo_audit() {
  cargo_tool cargo-audit "$CARGO_AUDIT_VERSION" cargo-audit --locked
}

node_packages() {
  PATH="$PWD/node_modules/.bin:$PATH"
  [ node_modules/.package-lock.json -nt package-lock.json ] && return 0
  step "Installing Node packages"
  npm ci --no-audit --no-fund >&2 || fail "the Node packages could not be installed: see above"
  touch node_modules/.package-lock.json
}

# Chrome or Chromium: the one on PATH, or Debian's with its driver. Where there is no driver, wasm-pack fetches one.
browser() {
  browser_path >/dev/null || system_packages "a browser for the tests" chromium chromium-driver
  OCCUFORM_BROWSER=$(browser_path)
  export OCCUFORM_BROWSER
}

browser_path() {
  command -v chromium || command -v google-chrome || command -v chromium-browser
}

# What several proxies share their state through; the tests start their own.
redis_server() {
  command -v redis-server >/dev/null || system_packages "Redis for the tests" redis-server
}

# libFuzzer is built from its source.
cxx_compiler() {
  command -v c++ >/dev/null || system_packages "a C++ compiler for libFuzzer" g++
}

# One of the programs whose conversions are held against ours.
jq_tool() {
  command -v jq >/dev/null || system_packages "jq for the tests" jq
}

# What conversions are compared with: jq, and pandas and what the guide's JavaScript imports in places of their own.
CONVERSION_PYTHON=target/bench-batch/bin/python
conversion_tools() {
  local environment=${CONVERSION_PYTHON%/bin/*}
  jq_tool
  need_python
  if [ ! "$environment/.made" -nt bench/batch/requirements.txt ]; then
    step "Installing pandas"
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --requirement bench/batch/requirements.txt
    touch "$environment/.made"
  fi
  [ bench/batch/node_modules/.package-lock.json -nt bench/batch/package-lock.json ] ||
    npm ci --prefix bench/batch --no-audit --no-fund >&2
}

# The cells of "occuform convert" beside those of others: of the guide's scripts too, where OCCUFORM_GUIDE names it.
compare_conversions() {
  local python=python3
  [ ! -x "$CONVERSION_PYTHON" ] || python=$CONVERSION_PYTHON
  "$python" -B bench/batch/agree.py "$OCCUFORM" ${OCCUFORM_GUIDE:+"$OCCUFORM_GUIDE"}
}

setup_all() {
  need_rust_and_node
  node_packages
  wasm_toolchain
  wasm_bindgen
  wasm_pack
  trunk_tool
  cargo_audit
  browser
  redis_server
  jq_tool
  fuzz_tool
  schemathesis_tool
  [ -z "$wasm_sysroot" ] || clippy_for_wasm
  step "Fetching Rust packages"
  cargo fetch --locked
}

print_environment() {
  {
    need_rust_and_node
    node_packages
    wasm_toolchain
    wasm_bindgen
    wasm_pack
    browser
  } >&2
  for_wasm sh -c 'printf "export PATH='"'%s'"'\n" "$PATH"; [ -z "${RUSTC:-}" ] || printf "export RUSTC='"'%s'"'\n" "$RUSTC"'
}

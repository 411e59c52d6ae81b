# A Rust compiler that can build for WASM. Most have one: rustup brings the standard library for
# wasm32-unknown-unknown. Where rustup cannot download it, Debian's compiler builds it from Debian's copy of its
# source, into a folder of its own.

WASM_TARGET=wasm32-unknown-unknown

# The sysroot to use for WASM if it is not the default compiler's.
wasm_sysroot=

wasm_toolchain() {
  has_wasm_std rustc && return 0
  use_debian_toolchain && return 0
  if command -v rustup >/dev/null; then
    step "Adding the WASM target to the Rust toolchain"
    rustup target add "$WASM_TARGET" && has_wasm_std rustc && return 0
    echo "rustup could not: building it from Debian's sources instead" >&2
  fi
  system_packages "a compiler with the source of its standard library" rustc-web rust-web-src
  make_debian_toolchain
  use_debian_toolchain || fail "the WASM toolchain does not work: remove $(debian_sysroot) and try again"
}

# for_wasm COMMAND...: runs it with the compiler for WASM. wasm-pack asks the rustc on PATH, cargo asks RUSTC, clippy
# asks SYSROOT.
for_wasm() {
  if [ -n "$wasm_sysroot" ]; then
    PATH="$wasm_sysroot/bin:$PATH" RUSTC="$wasm_sysroot/bin/rustc" SYSROOT="$wasm_sysroot" "$@"
  else
    "$@"
  fi
}

# The compiler whose standard library can be rebuilt for size: its source must lie beside it.
small_rustc=

# with_std_source RUSTC: whether the source of its standard library is there.
with_std_source() {
  [ -x "$(command -v "$1")" ] && [ -e "$("$1" --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]
}

small_std() {
  local candidate
  for candidate in rustc /usr/bin/rustc; do
    with_std_source "$candidate" && small_rustc=$(command -v "$candidate") && return 0
  done
  if command -v rustup >/dev/null; then
    step "Adding the source of the standard library to the Rust toolchain"
    rustup component add rust-src && with_std_source rustc && small_rustc=rustc && return 0
  fi
  if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }; then
    (system_packages "the source of Rust's standard library" rustc-web rust-web-src) &&
      with_std_source /usr/bin/rustc && small_rustc=/usr/bin/rustc && return 0
  fi
  echo "The standard library's source cannot be had: the widget will be about a fifth larger" >&2
}

# build_small CARGO-ARGUMENT...: builds for WASM with the standard library rebuilt for size, where that is possible. What
# a panic would say is left out, and a panic is a trap.
build_small() {
  if [ -z "$small_rustc" ]; then
    for_wasm cargo build "$@"
    return
  fi
  RUSTC=$small_rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(rust_lld) \
    RUSTFLAGS="-Zlocation-detail=none -Zfmt-debug=none -Cpanic=immediate-abort -Zunstable-options" \
    cargo build -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size "$@"
}

rust_lld() {
  local linker
  linker="$(rustc --print sysroot)/lib/rustlib/$(host_triple rustc)/bin/rust-lld"
  [ -x "$linker" ] || linker=$(command -v rust-lld || command -v wasm-ld) || fail "rust-lld is missing: install Rust from https://rustup.rs"
  echo "$linker"
}

wasm_clippy() {
  if [ -n "$wasm_sysroot" ]; then
    clippy_for_wasm
    for_wasm /usr/bin/cargo-clippy clippy "$@"
  else
    cargo clippy "$@"
  fi
}

clippy_for_wasm() {
  system_packages "clippy for WASM" rust-web-clippy
}

has_wasm_std() {
  local libraries
  libraries=$("$1" --print target-libdir --target "$WASM_TARGET" 2>/dev/null) && ls "$libraries"/libstd-*.rlib >/dev/null 2>&1
}

host_triple() {
  "$1" -vV | sed -n 's/^host: //p'
}

debian_sysroot() {
  echo "$OCCUFORM_CACHE/wasm-rust-$(/usr/bin/rustc --version | cut -d' ' -f2)"
}

use_debian_toolchain() {
  [ -x /usr/bin/rustc ] && has_wasm_std "$(debian_sysroot)/bin/rustc" || return 1
  wasm_sysroot=$(debian_sysroot)
}

# A sysroot of links to Debian's files, with the standard library for WASM beside them, and a rustc that uses it.
make_debian_toolchain() {
  step "Building the standard library for WASM"
  local sysroot host work linker
  sysroot=$(debian_sysroot)
  host=$(host_triple /usr/bin/rustc)
  linker=$(rust_lld)
  work=$(mktemp -d)
  mkdir -p "$work/src"
  printf '[package]\nname = "standard-library"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/Cargo.toml"
  : >"$work/src/lib.rs"
  (
    cd "$work"
    RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker CARGO_TARGET_DIR=$work/target \
      cargo build --release -Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test --target "$WASM_TARGET"
  ) || fail "the standard library could not be built: see above"

  rm -rf "$sysroot"
  mkdir -p "$sysroot/bin" "$sysroot/lib/rustlib/$WASM_TARGET/lib" "$sysroot/lib/rustlib/$host/bin"
  cp "$work/target/$WASM_TARGET/release/deps/"*.rlib "$sysroot/lib/rustlib/$WASM_TARGET/lib/"
  rm -f "$sysroot/lib/rustlib/$WASM_TARGET/lib/"libstandard_library*
  rm -rf "$work"
  ln -s "$(/usr/bin/rustc --print target-libdir)" "$sysroot/lib/rustlib/$host/lib"
  ln -s "$linker" "$sysroot/lib/rustlib/$host/bin/rust-lld"
  printf '#!/bin/sh\nexec /usr/bin/rustc --sysroot %q "$@"\n' "$sysroot" >"$sysroot/bin/rustc"
  chmod +x "$sysroot/bin/rustc"
}

# Inputs that nobody thought of, for what strangers and the upstream send and operators write. What breaks a target is
# kept under target/fuzz/found; what reached new code under target/fuzz/corpus, for the next run.

fuzz_tool() {
  cxx_compiler
  cargo_tool cargo-fuzz "$CARGO_FUZZ_VERSION" cargo-fuzz --locked
}

# fuzz RUNS: so many inputs for each target, made of its seeds and of what earlier runs kept.
fuzz() {
  local runs=$1 target corpus
  need_rust_and_node
  fuzz_tool
  step "Fuzzing: building the targets"
  cargo_fuzz build
  for target in $(cargo fuzz list); do
    step "Fuzzing: $target, $runs inputs"
    corpus=target/fuzz/corpus/$target
    mkdir -p "$corpus" target/fuzz/found
    cargo_fuzz run "$target" "$corpus" "fuzz/seeds/$target" -- "-runs=$runs" -max_len=4096 -verbosity=0 \
      -print_final_stats=1 -artifact_prefix=target/fuzz/found/ || return 1
  done
}

# Without a sanitizer: no code of ours is unsafe, and a stable compiler will do. Built for the speed of building.
cargo_fuzz() {
  local command=$1
  shift
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
    cargo fuzz "$command" --sanitizer none --codegen-units 16 --target-dir target/fuzz "$@"
}

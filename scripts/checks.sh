# What is checked. Each suite leaves its counts in target/checks/, for the closing line of .ci/run.

CHECKS=target/checks

# suite NAME COMMAND...: runs it, shows its output and counts what passed and failed.
suite() {
  local name=$1 log=$CHECKS/$1.log status=0 passed failed
  shift
  step "Testing: $name"
  mkdir -p "$CHECKS"
  "$@" 2>&1 | tee "$log" || status=$?
  read -r passed failed < <(count_tests "$log")
  [ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
  [ "$passed" -gt 0 ] || failed=$((failed + 1))
  echo "$passed $failed" >"$CHECKS/$name.count"
  [ "$failed" -eq 0 ]
}

# Adds up the closing lines of cargo test, wasm-bindgen-test, Playwright and Node's test runner.
count_tests() {
  awk '
    { gsub(/\033\[[0-9;]*m/, "") }
    /^test result:/ { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) passed += $(i - 1); if ($i ~ /^failed/) failed += $(i - 1) } }
    /^ +[0-9]+ passed/ { passed += $1 }
    /^ +[0-9]+ (failed|flaky|skipped|did not run)/ { failed += $1 }
    /^ℹ pass / { passed += $3 }
    /^ℹ (fail|cancelled|skipped) / { failed += $3 }
    END { print passed + 0, failed + 0 }' "$1"
}

# check NAME COMMAND...: one check that passes or fails.
check() {
  local name=$1
  shift
  step "Checking: $name"
  mkdir -p "$CHECKS"
  if "$@"; then
    echo "1 0" >"$CHECKS/$name.count"
  else
    echo "0 1" >"$CHECKS/$name.count"
    return 1
  fi
}

# closing_line FAILED: what failed, by name, and the counts of all suites and checks since the folder was emptied, as
# "N passed, M failed"; FAILED is 1 where something failed, which counts as one if no suite or check did. Fails if there
# is a failure.
closing_line() {
  local count failed
  for count in "$CHECKS"/*.count; do
    [ -e "$count" ] || continue
    read -r _ failed <"$count"
    [ "$failed" -eq 0 ] || failures "$(basename "$count" .count)"
  done
  cat "$CHECKS"/*.count 2>/dev/null | awk -v other="$1" '
    { passed += $1; failed += $2 }
    END { if (other && !failed) failed = 1; printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }'
}

# failures NAME: the tests of a suite that failed, and what they said, if its log tells; of a check its name.
failures() {
  printf 'failed: %s\n' "$1"
  [ -f "$CHECKS/$1.log" ] || return 0
  sed 's/\x1b\[[0-9;]*m//g' "$CHECKS/$1.log" |
    grep --extended-regexp --after-context=6 \
      '^test .* FAILED$|^---- .* stdout ----$| panicked at |^ +[0-9]+\) |^✖|(^| )FAIL( |$)|^ +[0-9]+ (flaky|skipped|did not run)' |
    head --lines=80 || true
}

run_tests() {
  local failed=0
  rm -rf "$CHECKS"
  build_all
  train_model
  wasm_pack
  browser
  redis_server
  jq_tool
  [ -z "${OCCUFORM_GUIDE:-}" ] || conversion_tools
  fuzz_tool
  schemathesis_tool
  check size widget_size || failed=1
  suite native cargo test --locked --workspace --no-fail-fast || failed=1
  suite widget for_wasm wasm-pack test --headless --chrome || failed=1
  suite end-to-end env MODEL="$MODEL" playwright test --config e2e/playwright.config.js || failed=1
  suite contract with_service contract_tests || failed=1
  check schemathesis with_service schemathesis_tests || failed=1
  check fuzz fuzz 20000 || failed=1
  check conversions compare_conversions || failed=1
  echo
  closing_line "$failed"
}

# Whether what "occuform convert" makes is what others make; with OCCUFORM_GUIDE also what the guide's own scripts make.
conversions() {
  need_rust_and_node
  build_command
  conversion_tools
  compare_conversions
}

# The proxy's rules with what they came to, and what "./dev test" has no time for.
proofs() {
  redis_server
  build_all
  train_model
  step "Holding the proxy to its rules, and killing proxies (some minutes)"
  OCCUFORM_KILLS=50 cargo test --locked --package occuform-proxy -- --show-output
  step "Answering in an outage (a minute)"
  node bench/proxy/outage.mjs "$OCCUFORM" "$MODEL"
}

# A module with the ordinary standard library is larger, and held to the same total.
widget_size() {
  node scripts/sizes.mjs dist target/glue-names/occuform_bg.wasm
}

lint() {
  local failed=0
  need_rust_and_node
  node_packages
  wasm_toolchain
  cxx_compiler
  cargo_audit
  check rustfmt cargo fmt --all --check || failed=1
  check clippy cargo clippy --locked --workspace --all-targets -- --deny warnings || failed=1
  check clippy-wasm wasm_clippy --locked --package occuform --all-targets --target "$WASM_TARGET" -- --deny warnings || failed=1
  # Prediction alone, as a browser would run it.
  check clippy-wasm-coder wasm_clippy --locked --package occuform-coder --lib --target "$WASM_TARGET" -- --deny warnings ||
    failed=1
  check prettier prettier --check . || failed=1
  check vulnerabilities audit || failed=1
  ! command -v systemd-analyze >/dev/null || check unit verify_unit || failed=1
  return "$failed"
}

# The unit, with a command that is there in place of the installed one. A misspelt key is only warned of.
verify_unit() {
  local copy=target/unit/occuform-proxy.service said
  mkdir -p "${copy%/*}"
  sed 's#/usr/local/bin/occuform#/bin/true#' deploy/occuform-proxy.service >"$copy"
  said=$(systemd-analyze verify "$copy" 2>&1) && [ -z "$said" ] && return 0
  echo "$said" >&2
  return 1
}

# Against a copy of the advisory database where there is one, for machines without a network.
audit() {
  local copy=${OCCUFORM_ADVISORY_DB:-../shared/advisory-db}
  if [ -d "$copy" ]; then
    cargo audit --no-fetch --stale --db "$copy"
  else
    cargo audit
  fi
}

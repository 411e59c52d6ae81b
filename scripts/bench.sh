# What is measured, beside something else in the same run. Results are kept in bench/README.md.

PYTHON_ENVIRONMENT=target/bench-python

# bench | bench coder | bench widget | bench service | bench file | bench proxy | bench batch
bench() {
  build_all
  train_model
  case "$1" in
    page) measure_page ;;
    coder) measure_coder ;;
    widget) measure_widget ;;
    service) measure_service ;;
    file) measure_file ;;
    proxy) measure_proxy ;;
    batch) measure_batch ;;
    *) fail "there is no benchmark '$1': page, coder, widget, service, file, proxy or batch" ;;
  esac
}

measure_page() {
  step "Measuring sizes and requests"
  node bench/run.mjs "$OCCUFORM" "$MODEL"
}

# The service over loopback, asked by oha.
measure_service() {
  cargo_tool oha "$OHA_VERSION" oha --locked
  step "Measuring the service (about a minute)"
  with_service node bench/service/run.mjs "$SERVICE_FOLDER/pid"
}

# The proxy beside nginx, asked by oha.
measure_proxy() {
  cargo_tool oha "$OHA_VERSION" oha --locked
  command -v nginx >/dev/null || system_packages "a web server to compare with" nginx-light
  step "Measuring the proxy beside nginx (some minutes)"
  node bench/proxy/run.mjs "$OCCUFORM" "$MODEL"
}

# A file of a million records through the service.
measure_file() {
  step "Measuring a file (some minutes)"
  with_service node bench/service/file.mjs "$SERVICE_FOLDER/pid"
}

# Conversions of the asynchronous service's output beside jq, Node.js and pandas, which get the same cells first.
measure_batch() {
  conversion_tools
  step "Comparing the cells"
  compare_conversions
  step "Measuring conversions (about a minute; with the guide's scripts far more)"
  "$CONVERSION_PYTHON" bench/batch/run.py "$OCCUFORM" 1000000 ${OCCUFORM_GUIDE:+"$OCCUFORM_GUIDE"}
}

# Our widget beside others that ask the same, in one run of one browser. They are installed beside the benchmark.
measure_widget() {
  browser
  [ bench/widget/node_modules/.package-lock.json -nt bench/widget/package-lock.json ] ||
    npm ci --prefix bench/widget --no-audit --no-fund >&2
  step "Measuring the widget beside others"
  node bench/widget/run.mjs
}

pictures() {
  build_all
  train_model
  browser
  step "Taking pictures of every state"
  node e2e/screenshots.mjs "$OCCUFORM" "$MODEL"
  node e2e/batch-pictures.mjs "$OCCUFORM" "$MODEL"
  OCCUFORM_PICTURES=$PWD/docs/images cargo test --locked --package occuform-proxy --test simulated day::
}

# Our coder beside scikit-learn and fastText, which are installed into a Python environment of their own.
measure_coder() {
  local records=lexicon/evaluation/osca.tsv results=target/bench began seconds
  mkdir -p "$results"
  python_environment
  step "Measuring our coder"
  began=$(date +%s.%N)
  "$OCCUFORM" train --model "$results/osca.model"
  seconds=$(awk -v from="$began" -v to="$(date +%s.%N)" 'BEGIN { print to - from }')
  cargo bench --locked --package occuform-coder --features train --bench speed -- \
    "$PWD/$results/osca.model" "$PWD/$records" >"$results/speed.json"
  "$OCCUFORM" evaluate "$records" --split test --json --model "$results/osca.model" >"$results/evaluation.json"
  step "Measuring scikit-learn and fastText (some minutes)"
  "$PYTHON_ENVIRONMENT/bin/python" bench/coder/compare.py "$results/speed.json" "$results/evaluation.json" "$seconds"
}

python_environment() {
  need_python
  command -v g++ >/dev/null || system_packages "a C++ compiler for fastText" python3-dev g++
  [ "$PYTHON_ENVIRONMENT/.made" -nt bench/coder/requirements.txt ] && return 0
  step "Installing scikit-learn and fastText"
  python3 -m venv "$PYTHON_ENVIRONMENT"
  "$PYTHON_ENVIRONMENT/bin/pip" install --quiet --requirement bench/coder/requirements.txt
  touch "$PYTHON_ENVIRONMENT/.made"
}

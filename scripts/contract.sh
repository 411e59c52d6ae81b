# The Coding Service's contract, held against a service over HTTP: our own, or any other.

SERVICE_FOLDER=target/service
SCHEMATHESIS=target/schemathesis

# contract URL: with credentials and what else it may need from the environment, see contract/README.md.
contract() {
  need_rust_and_node
  [ -n "${1:-}" ] || fail "which service? ./dev contract https://public-coder.api.abs.gov.au (contract/README.md tells the rest)"
  OCCUFORM_CONTRACT_URL=$1 contract_tests
}

contract_tests() {
  node --test --test-reporter=spec contract/contract.test.mjs
}

# with_service COMMAND...: runs it beside our own service, without limits, whose address and client stand in the
# environment then.
with_service() {
  local status=0 address
  service_folder
  start_service
  OCCUFORM_CONTRACT_URL=$service_url OCCUFORM_CONTRACT_CREDENTIALS_FILE=$SERVICE_FOLDER/credentials.json \
    OCCUFORM_CONTRACT_PAUSE_MS=0 OCCUFORM_CONTRACT_POLL_MS=50 OCCUFORM_CONTRACT_STRICT=1 OCCUFORM_CONTRACT_FILES=1 \
    "$@" || status=$?
  kill "$service_pid"
  wait "$service_pid" || status=$?
  return "$status"
}

# A folder as an operator would have it: both topics' models, one partner client.
service_folder() {
  local folder=$SERVICE_FOLDER credentials
  rm -rf "$folder/data" "$folder/clients.toml"
  mkdir -p "$folder/models"
  cp "$MODEL" "$folder/models/osca.model"
  if newer_than "$folder/models/anzsco.model" lexicon crates/coder/src; then
    "$OCCUFORM" train --topic anzsco --model "$folder/models/anzsco.model"
  fi
  printf '%s\n' "models = \"$folder/models\"" "clients = \"$folder/clients.toml\"" "data = \"$folder/data\"" \
    'listen = "127.0.0.1:0"' '[admin]' 'listen = "off"' '[token]' 'requests_per_hour = 0' \
    '[limits.partner]' 'requests_per_second = 0' 'requests_per_day = 0' '[log]' 'format = "json"' >"$folder/service.toml"
  credentials=$("$OCCUFORM" service client --config "$folder/service.toml" add "The tests" --tier partner)
  awk '/client id/ { id = $3 } /client secret/ { secret = $3 }
    END { printf "{ \"clientID\": \"%s\", \"clientSecret\": \"%s\" }\n", id, secret }' \
    <<<"$credentials" >"$folder/credentials.json"
}

# Sets service_pid and service_url once the service is ready.
start_service() {
  local ready=$SERVICE_FOLDER/ready
  rm -f "$ready"
  mkfifo "$ready"
  "$OCCUFORM" service --config "$SERVICE_FOLDER/service.toml" >"$ready" 2>"$SERVICE_FOLDER/service.log" &
  service_pid=$!
  echo "$service_pid" >"$SERVICE_FOLDER/pid"
  read -r service_url <"$ready" || fail "the service did not start: see $SERVICE_FOLDER/service.log"
  service_url=${service_url##* }
  service_url=${service_url%/}
}

# Every operation that the service describes, with requests that keep the description and requests that do not.
schemathesis_tests() {
  local settings
  settings=$(node contract/schemathesis/environment.mjs)
  # It keeps what it found in the folder it is called in.
  rm -rf "$SCHEMATHESIS/.schemathesis"
  (cd "$SCHEMATHESIS" && env $settings bin/schemathesis --config-file ../../contract/schemathesis/schemathesis.toml run \
    --seed 1 --max-examples 60 --workers 2 "$OCCUFORM_CONTRACT_URL/openapi.json" "$@")
}

schemathesis_tool() {
  local requirements=contract/schemathesis/requirements.txt
  need_python
  [ "$SCHEMATHESIS/.made" -nt "$requirements" ] && return 0
  step "Installing schemathesis"
  python3 -m venv "$SCHEMATHESIS"
  "$SCHEMATHESIS/bin/pip" install --quiet --requirement "$requirements"
  touch "$SCHEMATHESIS/.made"
}

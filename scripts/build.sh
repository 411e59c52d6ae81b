# What is made: dist/ with the widget and the demo, the occuform command, the model.

MODEL=models/osca.model
OCCUFORM=target/release/occuform

# dist/: the one build of the widget, served by the proxy, loaded by the tests, deployed by users.
build_widget() {
  local built=target/$WASM_TARGET/widget/occuform.wasm
  step "Building the widget"
  small_std
  build_small --locked --profile widget --package occuform --lib --target "$WASM_TARGET"
  newer_than dist/.built "$built" www index.html scripts package.json package-lock.json || return 0
  rm -rf target/glue dist.new
  wasm-bindgen --target web --encode-into always --out-dir target/glue --out-name occuform "$built"
  node scripts/snip.mjs target/glue/occuform_bg.wasm
  cp -r target/glue target/glue.names.new
  rm -rf target/glue-names && mv target/glue.names.new target/glue-names
  node scripts/shrink.mjs target/glue-names --keep-names
  node scripts/shrink.mjs target/glue
  mkdir dist.new
  cp www/occupation-fallback.css www/demo.css dist.new/
  grep -v -e data-trunk -e 'Only Trunk' index.html >dist.new/index.html
  node scripts/package.mjs target/glue dist.new
  node scripts/compress.mjs dist.new
  touch dist.new/.built
  rm -rf dist
  mv dist.new dist
}

build_command() {
  step "Building the occuform command"
  cargo build --locked --release --package occuform-cli
}

# Trained anew when the lexicon or what learns from it has changed.
train_model() {
  newer_than "$MODEL" lexicon crates/coder/src || return 0
  step "Training the model (about half a minute)"
  "$OCCUFORM" train --model "$MODEL"
}

# newer_than FILE PATH...: whether any of the paths is newer than the file, or the file is missing.
newer_than() {
  local file=$1
  shift
  [ ! -e "$file" ] || [ -n "$(find "$@" -newer "$file" -print -quit)" ]
}

build_all() {
  need_rust_and_node
  node_packages
  wasm_toolchain
  wasm_bindgen
  build_widget
  build_command
}

run() {
  build_all
  train_model
  step "Starting"
  exec "$OCCUFORM" proxy --model "$MODEL" --files dist "$@"
}

# with_trunk build | serve
with_trunk() {
  need_rust_and_node
  wasm_toolchain
  wasm_bindgen
  trunk_tool
  cargo fetch --locked
  step "Trunk: $1"
  for_wasm trunk "$1" --offline --locked
}

# What is made: dist/ with the widget and the demo, the occuform command, the model.

MODEL=models/osca.model
OCCUFORM=target/release/occuform

# Post-MVP features by name: with all of them, wasm-opt writes files that today's browsers refuse.
WASM_OPT_FLAGS=(-Oz --enable-bulk-memory --enable-bulk-memory-opt --enable-nontrapping-float-to-int
  --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue)

# dist/: the one build of the widget, served by the proxy, loaded by the tests, deployed by users.
build_widget() {
  local built=target/$WASM_TARGET/widget/occuform.wasm
  step "Building the widget"
  for_wasm cargo build --locked --profile widget --package occuform --lib --target "$WASM_TARGET"
  newer_than dist/.built "$built" www index.html scripts package-lock.json || return 0
  rm -rf dist.new
  mkdir dist.new
  wasm-bindgen --target web --no-typescript --out-dir dist.new --out-name occuform "$built"
  wasm-opt "${WASM_OPT_FLAGS[@]}" dist.new/occuform_bg.wasm -o dist.new/occuform_bg.wasm
  cp www/occupation-coder.js www/occupation-coder.css www/demo.css dist.new/
  grep -v -e data-trunk -e 'Only Trunk' index.html >dist.new/index.html
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

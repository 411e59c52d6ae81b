// In: the module as wasm-bindgen wrote it, with its functions' names. Out: the same, writing no messages. Next:
// scripts/shrink.mjs.
//
// An error of serde holds a sentence that nobody reads, and the means to write any number in it: a tenth of the module.
// No tool can tell that it is not read, so the functions that format do nothing here, as if they had succeeded. What
// the widget shows is put together without them: numbers are the browser's (src/messages.rs).
import binaryen from "binaryen";
import { readFileSync, writeFileSync } from "node:fs";

const FORMATTING = [
  /^core::fmt::write$/,
  /^<?core::fmt::Formatter>?::(pad|write)\w*$/,
  /(^| as )(core::fmt::(Display|Debug)|serde_core::de::Expected)>::fmt$/,
  /<impl core::fmt::(Display|Debug) for .*>::fmt$/,
];

const [wasm] = process.argv.slice(2);
const { BulkMemory, BulkMemoryOpt, Multivalue, MutableGlobals, NontrappingFPToInt, ReferenceTypes, SignExt } =
  binaryen.Features;
const module = binaryen.readBinary(readFileSync(wasm));
module.setFeatures(
  BulkMemory | BulkMemoryOpt | Multivalue | MutableGlobals | NontrappingFPToInt | ReferenceTypes | SignExt,
);
binaryen.setDebugInfo(true);

const formatting = functions().filter(({ name, results }) => results === binaryen.i32 && formats(name));
if (!formatting.length) throw new Error(`${wasm} has no function that formats: have their names changed?`);
for (const { name, params, results } of formatting) {
  module.removeFunction(name);
  module.addFunction(name, params, results, [], module.i32.const(0));
}
writeFileSync(wasm, module.emitBinary());

function functions() {
  return Array.from({ length: module.getNumFunctions() }, (_, at) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(at)),
  );
}

/** Names hold a hash for each crate, or one for the function. */
function formats(name) {
  const plain = name.replace(/\[[0-9a-f]{8,}\]/g, "").replace(/(::h[0-9a-f]{16})?(\[\d+\])?$/, "");
  return FORMATTING.some((pattern) => pattern.test(plain));
}

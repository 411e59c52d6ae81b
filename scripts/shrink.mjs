// In: the module and its glue as wasm-bindgen wrote them. Out: the same without what the widget never calls, and with
// short names between the two. Next: scripts/package.mjs bundles the glue with the element.
//
// Every crate that exports something to JavaScript brings it along, called or not: Leptos' server functions bring
// streams. And each import's name holds a hash, which no compression makes smaller. Post-MVP features go by name: with
// all of them, wasm-opt writes files that today's browsers refuse.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const FEATURES = ["bulk-memory", "bulk-memory-opt", "multivalue", "mutable-globals", "nontrapping-float-to-int"]
  .concat(["reference-types", "sign-ext"])
  .map((feature) => `--enable-${feature}`);
const OUR_CLASSES = ["Question"];
/** For browsers older than ours, modules that cannot reallocate, other ways to start one, and two gigabytes of text. */
const OTHER_WAYS = [
  /^if \(Symbol\.dispose\) .*$/gm,
  /(?<= = )\(typeof FinalizationRegistry === 'undefined'\)\s+\? \{.*\}\s+: /g,
  /^ +if \(realloc === undefined\) \{[^]*?^ {4}\}$/gm,
  /^ +numBytesDecoded \+= [^]*?^ {4}\}$/gm,
  / else \{\s+console\.warn\('using deprecated parameters.*\s+\}/g,
];

const [folder, ...options] = process.argv.slice(2);
const [wasm, glue] = [`${folder}/occuform_bg.wasm`, `${folder}/occuform.js`];
const names = options.includes("--keep-names") ? ["-g"] : [];

let script = withoutOtherWays(withoutUnusedClasses(readFileSync(glue, "utf8")));
keepExports(exportsOf().filter((name) => isUsed(script, name)));
run(
  "wasm-opt",
  wasm,
  "-o",
  wasm,
  "-Oz",
  "--converge",
  "--strip-producers",
  "--strip-target-features",
  ...names,
  ...FEATURES,
);
script = withoutUnusedImports(script, new Set(importsOf()));
script = names.length ? script : withShortNames(script);
// Once more for speed, which inlines what is called once or is small: no byte more, and a browser compiles each function
// by itself.
run("wasm-opt", wasm, "-o", wasm, "-O3", "--always-inline-max-function-size=15", ...names, ...FEATURES);
for (const name of importsOf()) if (!isDefined(script, name)) throw new Error(`the glue lacks the import ${name}`);
writeFileSync(glue, script);

function run(tool, ...args) {
  return execFileSync(tool, args, { encoding: "utf8", maxBuffer: 1 << 28 });
}

function compiled() {
  return new WebAssembly.Module(readFileSync(wasm));
}

function exportsOf() {
  return WebAssembly.Module.exports(compiled()).map(({ name }) => name);
}

function importsOf() {
  return WebAssembly.Module.imports(compiled()).map(({ name }) => name);
}

function isUsed(script, name) {
  return new RegExp(`\\bwasm\\.${name}\\b`).test(script);
}

function isDefined(script, name) {
  return new RegExp(`^ +"?${name.replace("$", "\\$")}"?: function`, "m").test(script);
}

/** Blocks are found by their indentation, which wasm-bindgen keeps. */
function withoutUnusedClasses(script) {
  const classes = [...script.matchAll(/^export class (\w+) \{$/gm)].map(([, name]) => name);
  for (const name of classes.filter((name) => !OUR_CLASSES.includes(name))) {
    script = script
      .replace(new RegExp(`^export class ${name} \\{$[^]*?^\\}$`, "m"), "")
      .replace(new RegExp(`^const ${name}Finalization = [^]*?;$`, "m"), "");
  }
  return script;
}

function withoutOtherWays(script) {
  return OTHER_WAYS.reduce((script, way) => {
    if (!script.match(way)) throw new Error(`the glue has nothing of the kind ${way}: is it another wasm-bindgen?`);
    return script.replace(way, "");
  }, script);
}

function withoutUnusedImports(script, used) {
  const indent = " ".repeat(8);
  const entry = new RegExp(`^${indent}(\\w+): function[^]*?^${indent}\\}.*,$\\n`, "gm");
  return script.replace(entry, (text, name) => (used.has(name) ? text : ""));
}

function keepExports(used) {
  const graph = `${folder}/exports.json`;
  const nodes = used.map((name) => ({ name, export: name, root: true }));
  writeFileSync(graph, JSON.stringify(nodes));
  run("wasm-metadce", wasm, "--graph-file", graph, "-o", wasm, ...names, ...FEATURES);
}

function withShortNames(script) {
  const flags = ["--minify-imports-and-exports-and-modules", ...FEATURES];
  const { imports, exports } = JSON.parse(run("wasm-opt", wasm, "-o", wasm, ...flags));
  const shortImports = new Map(imports.map(([, name, short]) => [name, short]));
  const shortExports = new Map(exports.map(([name, short]) => [name, short]));
  const [{ module }] = WebAssembly.Module.imports(compiled());
  return script
    .replace(/^( +)(\w+)(?=: function)/gm, (text, indent, name) => `${indent}"${shortImports.get(name) ?? name}"`)
    .replace(/\bwasm\.(\w+)/g, (text, name) => `wasm["${shortExports.get(name) ?? name}"]`)
    .replace(/^( +)"\.\/occuform_bg\.js": import0/m, `$1"${module}": import0`);
}

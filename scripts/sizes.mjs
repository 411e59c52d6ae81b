// Holds what a first visit transfers against www/size-budget.json and tells what takes the space. ./dev test runs this.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { firstVisit } from "./first-visit.mjs";

const [dist, named] = process.argv.slice(2);
const budget = JSON.parse(readFileSync("www/size-budget.json", "utf8"));

const sizes = firstVisit(dist).map((path) => [basename(path), readFileSync(join(dist, `${path}.br`)).length]);
const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
const over = [];

console.log("First load, bytes with brotli 11");
for (const [name, bytes] of sizes) row(name, bytes, budget.files[name]);
row("all of it", total, budget.total);
if (named) breakdown();
if (over.length) {
  console.error(`\nOver the budget of www/size-budget.json: ${over.join(", ")}`);
  process.exit(1);
}

function row(name, bytes, limit) {
  if (limit && bytes > limit) over.push(`${name} by ${bytes - limit} bytes`);
  console.log(`  ${name.padEnd(24)} ${String(bytes).padStart(8)} ${limit ? `of ${limit}` : ""}`);
}

/** The module's functions by the crate that they come from, uncompressed. */
function breakdown() {
  const crates = new Map();
  for (const { name, bytes } of functions(readFileSync(named))) {
    const crate = name.match(/([a-z][a-z0-9_]*)\[[0-9a-f]{8,}\]/)?.[1] ?? "glue and others";
    crates.set(crate, (crates.get(crate) ?? 0) + bytes);
  }
  console.log("\nThe module's code by crate, bytes without compression");
  const largest = [...crates].sort(([, a], [, b]) => b - a).slice(0, 12);
  for (const [crate, bytes] of largest) console.log(`  ${crate.padEnd(24)} ${String(bytes).padStart(8)}`);
}

/** Reads the sizes of the functions from the code section, their names from the name section. */
function functions(module) {
  let at = 8;
  let imported = 0;
  const bodies = [];
  const names = new Map();
  while (at < module.length) {
    const id = module[at++];
    const size = leb();
    const end = at + size;
    if (id === 2) imported = importedFunctions();
    for (let left = id === 10 ? leb() : 0; left > 0; left--) {
      const bytes = leb();
      bodies.push(bytes);
      at += bytes;
    }
    if (id === 0 && text() === "name") readNames(end);
    at = end;
  }
  return bodies.map((bytes, number) => ({ bytes, name: names.get(number + imported) ?? "" }));

  function leb() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  function text() {
    const length = leb();
    at += length;
    return module.toString("utf8", at - length, at);
  }

  function readNames(end) {
    while (at < end) {
      const part = module[at++];
      const length = leb();
      const next = at + length;
      if (part === 1) for (let left = leb(); left > 0; left--) names.set(leb(), text());
      at = next;
    }
  }

  function importedFunctions() {
    return WebAssembly.Module.imports(new WebAssembly.Module(module)).filter(({ kind }) => kind === "function").length;
  }
}

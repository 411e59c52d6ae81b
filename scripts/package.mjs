// In: the shrunk module with its glue, and www/. Out: the files that are deployed and published: the element's script,
// and beside it a folder whose name holds the version and a hash of what is in it: the module, and the script for those
// who pin a version. Next: scripts/compress.mjs.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [glue, out] = process.argv.slice(2);
const version = readFileSync("Cargo.toml", "utf8").match(/^version = "(.+)"$/m)[1];
const target = ["chrome111", "firefox115", "safari16.4"];

const wasm = readFileSync(join(glue, "occuform_bg.wasm"));
const styles = `${await bundled("www/occupation-coder.css")}`;
const parts = { "element.js": await element("./", "../", sri(wasm)), "occuform_bg.wasm": wasm };
const all = createHash("sha256");
for (const content of Object.values(parts)) all.update(content);
const folder = `occuform-${version}-${all.digest("hex").slice(0, 8)}`;
mkdirSync(join(out, folder));
for (const [name, content] of Object.entries(parts)) writeFileSync(join(out, folder, name), content);
// The same under the address that never changes: what one page load needs is two requests, one after the other. Without
// the module's hash, for which a browser would wait until it has all of the module before it compiles any of it. Nobody
// pinned this script, and who can change the module at its origin can change it, too.
writeFileSync(join(out, "occupation-coder.js"), await element(`./${folder}/`, "./", ""));
writeFileSync(
  join(out, "integrity.json"),
  json(Object.fromEntries(Object.entries(parts).map(([name, content]) => [`${folder}/${name}`, sri(content)]))),
);
for (const name of ["occupation-coder.d.ts", "custom-elements.json"]) copyFileSync(`www/${name}`, join(out, name));
writeFileSync(join(out, "package.json"), json(npmPackage()));
copyFileSync("www/README.md", join(out, "README.md"));

/** The element's script, which finds the module's folder and the root of all files from where it lies itself. */
function element(moduleFolder, root, integrity) {
  const values = { moduleFolder, root, integrity };
  const lines = Object.entries(values).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`);
  const contents = [...lines, `export const styles = () => ${JSON.stringify(styles)};`].join("\n");
  const setup = ({ onResolve, onLoad }) => {
    onResolve({ filter: /^\.\/occuform\.js$/ }, () => ({ path: join(process.cwd(), glue, "occuform.js") }));
    onLoad({ filter: /\/www\/built\.js$/ }, () => ({ contents }));
  };
  return bundled("www/element.js", {
    format: "esm",
    plugins: [{ name: "built", setup }],
    // Chromium then compiles all of it while it comes, in another thread, and not function by function when first called.
    banner: { js: "//# allFunctionsCalledOnLoad" },
  });
}

async function bundled(entry, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    legalComments: "none",
    logLevel: "warning",
    target,
    ...options,
  });
  return Buffer.from(outputFiles[0].contents);
}

function sri(content) {
  return `sha384-${createHash("sha384").update(content).digest("base64")}`;
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function npmPackage() {
  return {
    name: "occuform",
    version,
    description: "A web form question that turns a job title and tasks into an official occupation code",
    license: "MIT OR Apache-2.0",
    type: "module",
    exports: { ".": { types: "./occupation-coder.d.ts", default: `./${folder}/element.js` }, "./*": "./*" },
    types: "./occupation-coder.d.ts",
    customElements: "./custom-elements.json",
    sideEffects: ["./occupation-coder.js", "./*/element.js"],
    files: ["occupation-*", `${folder}/*`, "custom-elements.json", "integrity.json"],
  };
}

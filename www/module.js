// In: nothing. Out: the WASM module and the style sheet, fetched once for all elements of a page, and word of the
// module's end. Next: element.js mounts questions with them.
import init, { Question } from "./occuform.js";

// The build puts the hashes of what belongs to this file here, so that who pins this file pins all.
const { integrity, root } = typeof OCCUFORM === "undefined" ? { integrity: {}, root: "." } : OCCUFORM;

/** Where the script that the page names lies, and so most often the proxy. */
export const ROOT = new URL(`${root}/`, import.meta.url);

const WASM = new URL("occuform_bg.wasm", import.meta.url);
const STYLES = new URL("occupation-coder.css", import.meta.url);

let loading;
let broken = false;
const watchers = new Set();

export function load() {
  if (broken) return Promise.reject(new Error("the module broke"));
  loading ??= Promise.all([init({ module_or_path: get(WASM) }), styles()])
    .then(([, styles]) => {
      addEventListener("error", ({ error }) => check(error));
      addEventListener("unhandledrejection", ({ reason }) => check(reason));
      return { Question, styles };
    })
    .catch((error) => {
      loading = undefined;
      throw error;
    });
  return loading;
}

/** Calls `broke` if the module ever breaks. The returned function ends that. */
export function watch(broke) {
  watchers.add(broke);
  return () => watchers.delete(broke);
}

/** A panic ends in a trap, which no later call survives. */
function check(error) {
  if (!(error instanceof WebAssembly.RuntimeError) || !error.stack?.includes(WASM.pathname)) return;
  broken = true;
  for (const broke of [...watchers]) broke();
}

async function styles() {
  const sheet = new CSSStyleSheet();
  return sheet.replace(await (await get(STYLES)).text());
}

async function get(url) {
  const response = await fetch(url, { integrity: integrity[url.pathname.split("/").at(-1)] ?? "" });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

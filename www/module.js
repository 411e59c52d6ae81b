// In: an element's wish for the question. Out: the WASM module and the style sheet, once for all elements of a page, and
// word of the module's end. Next: element.js mounts questions with them.
import { integrity, moduleFolder, root, styles } from "./built.js";
import { Question, initSync } from "./occuform.js";

/** Where the script that the page names lies, and so most often the proxy. */
export const ROOT = new URL(root, import.meta.url);

const WASM = new URL(`${moduleFolder}occuform_bg.wasm`, import.meta.url);

let loading;
let broken = false;
const watchers = new Set();

export function load() {
  if (broken) return Promise.reject(new Error("the module broke"));
  loading ??= Promise.all([compiled(), styleSheet()])
    .then(([module, styles]) => {
      initSync({ module });
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

/** Looks at an error that somebody caught. A panic ends in a trap, which no later call survives. */
export function check(error) {
  if (!(error instanceof WebAssembly.RuntimeError) || !error.stack?.includes(WASM.pathname)) return;
  broken = true;
  for (const broke of [...watchers]) broke();
}

async function compiled() {
  const response = await fetch(WASM, { integrity });
  if (!response.ok) throw new Error(`${WASM} answered ${response.status}`);
  // Not every host knows the type.
  const isTyped = response.headers.get("content-type") === "application/wasm";
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

async function styleSheet() {
  return new CSSStyleSheet().replace(await styles());
}

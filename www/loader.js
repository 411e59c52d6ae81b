// The address that pages load, as the build makes it. In: the folder of its version, which the build puts here. Out: the
// element, with the WASM module on its way at the same time. Next: module.js takes that over. Who pins loads the element
// itself, which holds the module's hash.
const wasm = new URL(`${FOLDER}/occuform_bg.wasm`, import.meta.url);

if (document.querySelector("occupation-coder:not([loading=lazy])")) {
  const early = fetch(wasm);
  early.catch(() => {});
  globalThis[Symbol.for(wasm.href)] = early;
}

export const { OccupationCoder } = await import(`${FOLDER}/element.js`);

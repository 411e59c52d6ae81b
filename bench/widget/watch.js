// Runs in the page before anything else: notes when the question can be used, what a key costs, and when an answer is
// painted. The same for all that are measured.
export function watch(label) {
  const find = (root, selector) => {
    const found = root.querySelector(selector);
    if (found) return found;
    for (const host of root.querySelectorAll("occupation-coder")) {
      const inside = host.shadowRoot && find(host.shadowRoot, selector);
      if (inside) return inside;
    }
    return null;
  };
  const afterTask = (act) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = act;
    port2.postMessage(null);
  };
  const isListed = () => {
    const places = [document, ...[...document.querySelectorAll("occupation-coder")].map((host) => host.shadowRoot)];
    return places.some((place) =>
      [...(place?.querySelectorAll("li, label, .sd-item") ?? [])].some((item) => item.textContent.includes(label)),
    );
  };

  window.usable = new Promise((resolve) => {
    const look = () => {
      if (!find(document, "#title, .sd-input")) return requestAnimationFrame(look);
      const script = performance.getEntriesByType("resource").find(({ name }) => name.endsWith(".js"));
      resolve(performance.now() - (script?.startTime ?? 0));
    };
    requestAnimationFrame(look);
  });

  window.keys = [];
  let settled = Promise.resolve();
  window.settled = () => settled;
  addEventListener(
    "keydown",
    () => {
      const began = performance.now();
      settled = new Promise((resolve) => {
        afterTask(() => {
          const handled = performance.now() - began;
          requestAnimationFrame(() => {
            const frame = performance.now();
            afterTask(() => {
              const painted = performance.now();
              window.keys.push([handled + painted - frame, painted - began]);
              resolve();
            });
          });
        });
      });
    },
    true,
  );

  window.answered = new Promise((resolve) => {
    const json = Response.prototype.json;
    Response.prototype.json = async function () {
      const value = await json.call(this);
      const came = performance.now();
      const look = () =>
        isListed() ? afterTask(() => resolve(performance.now() - came)) : requestAnimationFrame(look);
      requestAnimationFrame(look);
      return value;
    };
  });

  const instances = [];
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...values) => {
      const result = await original.apply(WebAssembly, values);
      instances.push(result.instance ?? result);
      return result;
    };
  }
  window.wasmBytes = () =>
    instances
      .flatMap(({ exports }) => Object.values(exports))
      .filter((value) => value instanceof WebAssembly.Memory)
      .reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}

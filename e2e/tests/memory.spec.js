// Questions come and go for as long as a page is open, and leave nothing behind.
import { expect, test } from "@playwright/test";
import { element, openForm } from "./question.js";

/** Puts the module's memory where the test finds it. */
function keepMemory() {
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (module, imports) {
    const instance = new Instance(module, imports);
    window.moduleMemory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
    return instance;
  };
}

/** Mounts a question, fills it in and removes it, so many times. */
async function mountAndRemove([times, html]) {
  const place = document.getElementById("place");
  for (let number = 0; number < times; number++) {
    place.innerHTML = html;
    const host = place.firstElementChild;
    while (!host.shadowRoot?.querySelector("input")) await new Promise((resolve) => setTimeout(resolve));
    host.value = { title: "barista", tasks: String(number) };
    host.remove();
  }
}

test("after the two hundredth mount, eight hundred more cost no memory", async ({ page }, { annotations }) => {
  test.slow();
  await page.addInitScript(keepMemory);
  await openForm(page, '<div id="place"></div>');
  await page.waitForFunction(() => customElements.get("occupation-coder"));
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable");
  const measured = async () => {
    await client.send("HeapProfiler.collectGarbage");
    await client.send("HeapProfiler.collectGarbage");
    const { nodes, jsEventListeners } = await client.send("Memory.getDOMCounters");
    const { metrics } = await client.send("Performance.getMetrics");
    const heap = metrics.find(({ name }) => name === "JSHeapUsedSize").value;
    const module = await page.evaluate(() => window.moduleMemory.buffer.byteLength);
    return { nodes, jsEventListeners, heap, module };
  };

  await page.evaluate(mountAndRemove, [200, element("job")]);
  const before = await measured();
  await page.evaluate(mountAndRemove, [800, element("job")]);
  const after = await measured();

  annotations.push({ type: "memory", description: JSON.stringify({ before, after }) });
  expect(after.nodes).toBeLessThanOrEqual(before.nodes + 200);
  expect(after.jsEventListeners).toBeLessThanOrEqual(before.jsEventListeners + 20);
  // 250 bytes a mount: a question that stays behind would take thousands.
  expect(after.heap).toBeLessThanOrEqual(before.heap + 200_000);
  expect(after.module).toBe(before.module);
});

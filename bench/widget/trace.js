// In: a trace of Chromium in which keys were pressed. Out: what the page did for each, and when it was seen, in
// milliseconds. The browser's own way with a key, the same for every page, is in the second and not in the first.
const WORK = ["FunctionCall", "RunMicrotasks", "UpdateLayoutTree", "Layout"];

export const CATEGORIES = ["devtools.timeline", "v8.execute"];

/** `work`: listeners, microtasks, style and layout within `every` milliseconds, when the next key is pressed. `paint`: from
    the key to its frame on the screen. */
export function keysIn(trace, every) {
  const { traceEvents } = JSON.parse(trace);
  const timings = traceEvents.filter(({ name, ph }) => name === "EventTiming" && ph === "b");
  const keys = timings.filter(({ args }) => args.data.type === "keydown");
  return keys.map(({ pid, tid, ts, args }) => {
    const ofKey = (event) => event.pid === pid && event.tid === tid && event.ts >= ts && event.ts < ts + every * 1e3;
    const work = traceEvents.filter((event) => WORK.includes(event.name) && ofKey(event));
    return { work: covered(work) / 1e3, paint: args.data.duration };
  });
}

/** How long at least one of the events was going on: they lie in each other. */
function covered(events) {
  let [sum, until] = [0, 0];
  for (const { ts, dur = 0 } of events.toSorted((a, b) => a.ts - b.ts)) {
    sum += Math.max(0, ts + dur - Math.max(ts, until));
    until = Math.max(until, ts + dur);
  }
  return sum;
}

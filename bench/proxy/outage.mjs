// In: the occuform command and its model. Out: how fast the embedded coder answers while the upstream is dead, and how
// many calls it is troubled with, as a Markdown table. "node outage.mjs OCCUFORM MODEL" measures it alone.

import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { ask, header, quantile, row, startOurs, startUpstream, stopAll } from "./contenders.mjs";

const SECONDS = 60;
const A_SECOND = 100;

export async function measureOutage(occuform, model) {
  const { child, url: upstream } = await startUpstream(1);
  const { url, counted } = await startOurs(occuform, model, upstream);
  // The embedded coder answers until the upstream's model is known.
  for (let title = 0; (await ask(url, `sparky ${title}`)).source !== "upstream"; title++) await pause(200);
  child.kill("SIGKILL");
  const isNoticed = () => counted('calls_not_made_total{reason="the upstream is down"}');
  for (let title = 0; !(await isNoticed()); title++) await ask(url, `sparky before dawn ${title}`);

  const [calls, from] = [await counted("calls_total"), performance.now()];
  const asked = [];
  for (let number = 0; number < SECONDS * A_SECOND; number++) {
    await pause(from + (1000 * number) / A_SECOND - performance.now());
    asked.push(ask(url, `sparky at night ${number}`));
  }
  const answers = await Promise.all(asked);
  const embedded = answers.filter(({ good, source }) => good && source === "embedded");
  const took = embedded.map((answer) => answer.took);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(took, share).toFixed(1));
  console.log(`\nThe upstream is dead, ${A_SECOND} respondents a second for ${SECONDS} s:\n`);
  header("asked", "answered by the embedded coder", "p50 ms", "p95 ms", "p99 ms", "calls of the upstream");
  row(answers.length, embedded.length, p50, p95, p99, (await counted("calls_total")) - calls);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await measureOutage(...process.argv.slice(2));
  } finally {
    stopAll();
  }
}

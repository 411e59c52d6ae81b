// Sizes and speeds beside something else's in the same run. ./dev bench starts this.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { firstVisit } from "../scripts/first-visit.mjs";
import { startProxy } from "../scripts/proxy.mjs";

const [occuform, model] = process.argv.slice(2);
const REQUESTS = 2_000;

function brotli(path) {
  return brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

function sizes() {
  const ours = firstVisit("dist").map((path) => [basename(path), brotli(`dist/${path}`)]);
  const peer = ["min.js", "min.css"].map((name) =>
    brotli(`node_modules/accessible-autocomplete/dist/accessible-autocomplete.${name}`),
  );
  const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
  const [all, theirs] = [total(ours.map(([, bytes]) => bytes)), total(peer)];
  console.log("\nFirst load, bytes with brotli 11");
  for (const [name, bytes] of [...ours, ["all of it", all], ["accessible-autocomplete", theirs]]) {
    console.log(`  ${name.padEnd(26)} ${String(bytes).padStart(8)}  ${(bytes / theirs).toFixed(2)}x`);
  }
}

async function timed(act) {
  const started = performance.now();
  await (await act()).arrayBuffer();
  return performance.now() - started;
}

async function speeds() {
  const { proxy, url } = await startProxy(occuform, model);
  const body = JSON.stringify({ record: { occp_text: "truck driver", tasks_text: "carting grain to the silo" } });
  const code = () =>
    fetch(`${url}v1/topics/osca/code`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const file = () => fetch(`${url}demo.css`);
  const times = { "coding a record": [], "a static file": [] };
  for (let request = 0; request < REQUESTS; request++) {
    times["coding a record"].push(await timed(code));
    times["a static file"].push(await timed(file));
  }
  proxy.kill();
  const quantile = (name, share) => times[name].toSorted((a, b) => a - b)[Math.floor(share * (REQUESTS - 1))];
  console.log(`\nOne request after the other over loopback, milliseconds, ${REQUESTS} of each`);
  for (const name of Object.keys(times)) {
    const row = [0.5, 0.99].map((share) => {
      const ratio = quantile(name, share) / quantile("a static file", share);
      return `p${share * 100} ${quantile(name, share).toFixed(2)} (${ratio.toFixed(2)}x)`;
    });
    console.log(`  ${name.padEnd(26)} ${row.join("   ")}`);
  }
}

console.log(`${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores`);
sizes();
await speeds();

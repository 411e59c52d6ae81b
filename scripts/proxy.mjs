// Starts the proxy on a free port and waits until it says where it listens.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * The process and its address, which ends with a slash. The widget's files come from dist/. All that asks it comes from
 * one address, and is not limited as one respondent.
 */
export async function startProxy(occuform, model, settings = {}) {
  const args = ["proxy", "--listen", "127.0.0.1:0", "--model", model, "--files", "dist"];
  const proxy = spawn(occuform, args, {
    env: { ...process.env, RUST_LOG: "warn", OCCUFORM_CLIENTS_REQUESTS_PER_MINUTE: "0", ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  // What asks it may fail: it does not go on without.
  process.once("exit", () => proxy.kill());
  for await (const line of createInterface({ input: proxy.stdout })) {
    const url = line.match(/http:\S+/)?.[0];
    if (url) return { proxy, url };
  }
  throw new Error("the proxy did not start");
}

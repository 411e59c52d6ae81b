// The real binary, with the model that ./dev trained, and real Chromium. ./dev test starts this.
import { defineConfig } from "@playwright/test";
import { fileURLToPath } from "node:url";

const port = Number(process.env.E2E_PORT ?? 8199);
const root = fileURLToPath(new URL("..", import.meta.url));
const model = process.env.MODEL ?? "models/osca.model";

export default defineConfig({
  testDir: "tests",
  outputDir: "results",
  reporter: process.env.CI ? "line" : "list",
  forbidOnly: !!process.env.CI,
  workers: 2,
  fullyParallel: true,
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    launchOptions: {
      executablePath: process.env.OCCUFORM_BROWSER,
      args: ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
    },
    trace: "retain-on-failure",
  },
  webServer: {
    command: `target/release/occuform proxy --listen 127.0.0.1:${port} --model ${model} --files dist`,
    cwd: root,
    env: { RUST_LOG: "warn" },
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
  },
});

// Writes a .br and a .gz beside each file of a folder, for the proxy to send as they are, and prints the sizes.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = process.argv[2];
const rows = readdirSync(folder).map((name) => {
  const content = readFileSync(join(folder, name));
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(join(folder, `${name}.br`), brotli);
  writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
  return [name, content.length, brotli.length];
});
for (const [name, bytes, brotli] of rows) {
  console.error(`  ${name.padEnd(24)} ${String(bytes).padStart(8)} bytes ${String(brotli).padStart(8)} with brotli`);
}

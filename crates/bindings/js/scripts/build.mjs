// Builds the engine and writes it into src/engine.js, which is not kept in the repository: so it cannot be stale.
//
//     npm run build

import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "./wasm.mjs";

const wasm = build();
// As text in a module every bundler, browser and runtime can load it without a setting, from `file:` too.
const text = `// Made by scripts/build.mjs.\nexport const wasm =\n  "${wasm.toString("base64")}";\n`;
writeFileSync(new URL("../src/engine.js", import.meta.url), text);
console.log(`engine: ${wasm.length} bytes, ${gzipSync(wasm, { level: 9 }).length} with gzip`);

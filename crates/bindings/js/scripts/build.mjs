// Builds the engine and writes it into src/engine.js, which is not kept in the repository: so it cannot be stale.
//
//     npm run build

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const root = new URL("../../../../", import.meta.url);
const command = ["build", "--profile", "wasm", "--target", "wasm32-unknown-unknown", "-p", "connector-groups-abi", "--lib"];
execFileSync("cargo", command, { cwd: root, stdio: "inherit" });
const target = process.env.CARGO_TARGET_DIR ? new URL(`file://${process.env.CARGO_TARGET_DIR}/`) : new URL("target/", root);
const wasm = readFileSync(new URL("wasm32-unknown-unknown/wasm/connector_groups_abi.wasm", target));
// As text in a module every bundler, browser and runtime can load it without a setting, from `file:` too.
const text = `// Made by scripts/build.mjs.\nexport const wasm =\n  "${wasm.toString("base64")}";\n`;
writeFileSync(new URL("../src/engine.js", import.meta.url), text);
console.log(`engine: ${wasm.length} bytes, ${gzipSync(wasm, { level: 9 }).length} with gzip`);

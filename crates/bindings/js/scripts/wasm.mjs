// Builds the engine as WebAssembly and makes it smaller, for every package and the check.
//
//     node scripts/wasm.mjs [--full] OUT.wasm [cargo's options…]
//
// gzip finds a repetition only within 32 kB, and the compiler writes one generic function a hundred times, for each of its types,
// all over the file. So equal functions become one (wasm-opt), and the others stand in the order of their names, in which
// the instances of one generic function are neighbours. Then the names go. What the functions do, nobody touches.
// `--full` leaves all that out. The tools are binaryen's, pinned in package.json.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const tools = fileURLToPath(new URL("../node_modules/binaryen/bin/", import.meta.url));

/** Where cargo puts what it builds. */
export const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");

/** The engine's bytes, built with these options of cargo. */
export function build(options = [], full = false) {
  if (!full && !existsSync(tools)) throw new Error("what makes the engine small is not here yet: npm ci in crates/bindings/js");
  const command = ["build", "--profile", "wasm", "--target", "wasm32-unknown-unknown", "-p", "connector-groups-abi", "--lib", ...options];
  execFileSync("cargo", command, { cwd: root, stdio: "inherit" });
  const built = join(target, "wasm32-unknown-unknown/wasm/connector_groups_abi.wasm");
  return full ? readFileSync(built) : smallerOnce(built);
}

/** Keeps what `smaller` makes below cargo's target folder: several packages and tests ask for the same engine. */
function smallerOnce(file) {
  const of = createHash("sha256");
  for (const read of [file, fileURLToPath(import.meta.url), join(tools, "../package.json")]) of.update(readFileSync(read));
  const kept = join(target, "wasm32-unknown-unknown/smaller", `${of.digest("hex")}.wasm`);
  if (existsSync(kept)) return readFileSync(kept);
  const wasm = smaller(file);
  mkdirSync(dirname(kept), { recursive: true });
  // Renamed when it is whole: somebody may stop this meanwhile.
  writeFileSync(`${kept}.new`, wasm);
  renameSync(`${kept}.new`, kept);
  return wasm;
}

function smaller(file) {
  const room = mkdtempSync(join(tmpdir(), "connector-groups-"));
  const [once, text, sorted, small] = ["once.wasm", "text.wat", "sorted.wat", "small.wasm"].map((name) => join(room, name));
  const run = (tool, ...options) => execFileSync(process.execPath, [join(tools, tool), "--all-features", ...options], { stdio: ["ignore", "inherit", "inherit"] });
  try {
    // At level 3 equal functions are looked for until there are none: callers of what has become one may have become equal.
    run("wasm-opt", "-g", "--optimize-level=3", "--duplicate-function-elimination", file, "-o", once);
    run("wasm-dis", once, "-o", text);
    writeFileSync(sorted, inOrderOfNames(readFileSync(text, "latin1")), "latin1");
    run("wasm-as", sorted, "-o", small);
    return readFileSync(small);
  } finally {
    rmSync(room, { recursive: true });
  }
}

/** A module's text with its functions in the order of their names, the hashes behind which are not looked at. */
export function inOrderOfNames(text) {
  const begin = text.indexOf("\n (func $");
  // Each part of a module begins with one space and a parenthesis at the start of a line; what is inside it has more.
  const parts = text.slice(begin + 1, text.lastIndexOf("\n)")).split(/\n(?= \()/);
  const name = (part) => /^ \(func \$(?:"([^"]*)"|(\S+))/.exec(part);
  const known = parts.map((part) => {
    const found = name(part);
    return { part, key: found && (found[1] ?? found[2]).replace(/17h[0-9a-f]{16}E?(_\d+)?$/, "") };
  });
  const functions = known.filter(({ key }) => key !== null);
  if (functions.length < 1000) throw new Error("the module's text is not as wasm-dis has written it so far");
  functions.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : one.part.length - other.part.length));
  const others = known.filter(({ key }) => key === null);
  return `${text.slice(0, begin)}\n${[...others, ...functions].map(({ part }) => part).join("\n")}\n)\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const full = process.argv.includes("--full");
  const [out, ...options] = process.argv.slice(2).filter((argument) => argument !== "--full");
  const wasm = build(options, full);
  writeFileSync(out, wasm);
  console.log(`engine: ${wasm.length} bytes, ${gzipSync(wasm, { level: 9 }).length} with gzip`);
}

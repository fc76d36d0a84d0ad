// What is given is let go: the engine's memory does not grow with the number of calls.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let memory;
let isFull = false;
const seeds = [];
const dropped = new Set();
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  get exports() {
    const own = super.exports;
    ({ memory } = own);
    const cg_directory = (seed, ...more) => (seeds.push(seed), own.cg_directory(seed, ...more));
    const cg_drop = (handle) => (dropped.add(handle), own.cg_drop(handle));
    const cg_buffer = (length) => (isFull ? 0 : own.cg_buffer(length));
    return { ...own, cg_buffer, cg_directory, cg_drop };
  }
};
const { Directory } = await import("../src/index.js");
// The first directory makes the instance.
new Directory().free();
WebAssembly.Instance = Instance;

const tenant = "7e000000-0000-4000-8000-000000000001";
const create = { command: "createTenant", id: tenant, defaultRegion: "eur", now: "2026-03-02T08:00:00Z", defaultConnectorGroup: { id: "9d000000-0000-4000-8000-000000000001" } };
const applications = Array.from({ length: 2000 }, (_, number) => {
  const id = `a0000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
  return { tenant, command: "createApplication", id, appId: id.replace("a", "b"), displayName: "ä".repeat(50) };
});

/** How much the memory has grown with so many times the same, after it was done often enough to have found its size. */
function growth(act) {
  for (let time = 0; time < 20; time += 1) act();
  const before = memory.buffer.byteLength;
  for (let time = 0; time < 60; time += 1) act();
  return memory.buffer.byteLength - before;
}

test("the hash seed is handed over", () => {
  new Directory({ hashSeed: 7 }).free();
  assert.equal(seeds.at(-1), 7n);
});

test("a call for which there is no room is an error, and the next one is not", () => {
  const directory = new Directory();
  const lines = " ".repeat(50_000);
  isFull = true;
  assert.throws(() => directory.applyLines(lines), { status: 5 });
  isFull = false;
  assert.equal(directory.applyLines(lines).length, 0);
  directory.free();
});

test("a directory that nobody refers to is let go", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  // Only what nobody has freed: each of those above is among the dropped already.
  const before = dropped.size;
  (() => new Directory())();
  for (let time = 0; time < 1000 && dropped.size === before; time += 1) {
    await setImmediate();
    collect();
  }
  assert.equal(dropped.size, before + 1);
});

test("an answer, a directory and a snapshot are let go", () => {
  const directory = new Directory();
  directory.apply(create, ...applications);
  const document = directory.documentBytes();
  assert.ok(document.length > 300_000);
  assert.equal(growth(() => directory.documentBytes()), 0, "answers");
  assert.equal(growth(() => new Directory({ document }).free()), 0, "directories");
  let length = 0;
  assert.ok(growth(() => directory.applyLines(" ".repeat((length += 10_000)))) < 8_000_000, "buffers for what is given");
  // A snapshot that stays would keep all that has changed since.
  let name = 0;
  const change = applications.slice(0, 200);
  const renamed = () => change.map(({ id }) => ({ tenant, command: "updateApplication", id, displayName: `${"x".repeat(500)}${(name += 1)}` }));
  assert.equal(growth(() => {
    const snapshot = directory.snapshot();
    directory.apply(...renamed());
    snapshot.free();
  }), 0, "snapshots");
});

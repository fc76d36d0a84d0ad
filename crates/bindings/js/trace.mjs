// Reads calls and writes answers, as crates/abi/examples/trace.rs lays them out.
//
//     node trace.mjs < calls > answers
//     node trace.mjs time

import { readFileSync, writeSync } from "node:fs";

const begin = process.hrtime.bigint();
const { Directory, EngineError } = await import("./src/index.js");

let directory = new Directory();
let kept = new Directory();
const empty = new Uint8Array(0);

function swap(next) {
  directory.free();
  directory = next;
  return empty;
}

const calls = {
  new: (bytes) => swap(new Directory({ hashSeed: BigInt(new TextDecoder().decode(bytes)) })),
  load: (bytes) => swap(new Directory({ document: bytes })),
  snapshot: () => {
    kept.free();
    kept = directory.snapshot();
    return empty;
  },
  restore: () => (directory.restore(kept), empty),
  apply: (bytes) => directory.applyLines(bytes),
  decide: (bytes) => directory.decideLines(bytes),
  respond: (bytes) => directory.respond(bytes),
  document: () => directory.documentBytes(),
  impact: (bytes) => directory.ask("impact", bytes),
  plan: (bytes) => directory.ask("plan", bytes),
  diff: (bytes) => kept.diffBytes(directory, bytes),
  audit: (bytes) => Directory.auditBytes(bytes),
};

function answer(name, bytes) {
  try {
    return [0, calls[name](bytes)];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [error.status, Buffer.from(error.message)];
  }
}

function write(bytes) {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // A pipe that is full says so.
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

async function run() {
  let rest = Buffer.alloc(0);
  let out = [];
  let size = 0;
  const flush = () => {
    write(Buffer.concat(out));
    out = [];
    size = 0;
  };
  for await (const chunk of process.stdin) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf(10);
      if (end < 0) break;
      const [name, length] = rest.toString("latin1", 0, end).split(" ");
      const next = end + 1 + Number(length);
      if (rest.length <= next) break;
      const [status, bytes] = answer(name, rest.subarray(end + 1, next));
      rest = rest.subarray(next + 1);
      out.push(Buffer.from(`${status} ${bytes.length}\n`), bytes, Buffer.from("\n"));
      size += bytes.length;
      if (size > 1 << 20) flush();
    }
  }
  flush();
}

/** The same calls that every binding times, in nanoseconds. */
function time() {
  const cold = Number(process.hrtime.bigint() - begin);
  directory.applyLines(readFileSync(new URL("../../../examples/contoso.jsonl", import.meta.url)));
  const tenant = directory.document().tenants[0].id;
  const group = "9d000000-0000-4000-8000-000000000001";
  const line = `{"tenant":"${tenant}","command":"updateConnectorGroup","id":"${group}","name":"Datacenter Amsterdam"}`;
  const request = `GET https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/${group}\nauthorization: Bearer ${tenant}\n:call: {"now":"2026-03-02T08:00:00Z"}\n\n`;
  const each = (ask) => {
    for (let count = 0; count < 2000; count += 1) ask();
    const begin = process.hrtime.bigint();
    for (let count = 0; count < 20000; count += 1) ask();
    return Math.round(Number(process.hrtime.bigint() - begin) / 20000);
  };
  const [apply, respond] = [each(() => directory.applyLines(line)), each(() => directory.respond(request))];
  const snapshot = each(() => directory.snapshot().free());
  console.log(JSON.stringify({ language: "javascript", cold, apply, respond, snapshot }));
}

if (process.argv[2] === "time") time();
else await run();

// The table of types against the engine, which says by itself what it knows.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Directory } from "../src/index.js";

const table = JSON.parse(readFileSync(new URL("../../types.json", import.meta.url), "utf8"));
const tenant = "7e000000-0000-4000-8000-000000000001";
// An answer to a line is cut where it would be long; a failure is not.
function invalid(line) {
  try {
    new Directory().impact(line);
  } catch (error) {
    return error.message;
  }
  return "";
}
const quoted = (text) => [...text.matchAll(/`([^`]+)`/g)].map((found) => found[1]);

test("every command of the engine is in the table, and no other", () => {
  const known = quoted(invalid({ command: "?", tenant }));
  assert.equal(known.shift(), "?");
  assert.deepEqual([...known].sort(), Object.keys(table.commands).filter((name) => !/^(create|delete)Tenant$/.test(name)).sort());
});

test("every field of a command is in the table, and no other", () => {
  for (const [command, fields] of Object.entries(table.commands)) {
    const names = Object.keys(fields).map((name) => name.replace("?", "")).filter((name) => name !== "tenant");
    const ofDirectory = !("tenant" in fields);
    const known = quoted(invalid({ command, ...(ofDirectory ? {} : { tenant }), "?": 1 }));
    assert.equal(known.shift(), "?", command);
    assert.deepEqual(known.sort(), names.sort(), command);
  }
});

test("a field without ? is asked for, and one with ? is not", () => {
  for (const [command, fields] of Object.entries(table.commands)) {
    for (const name of Object.keys(fields)) {
      // The engine names what is missing in its own order: give all but one of those that come before.
      const plain = name.replace("?", "");
      const message = invalidWithout(command, fields, plain);
      assert.equal(message.includes(`missing field \`${plain}\``), !name.endsWith("?"), `${command}.${name}: ${message}`);
    }
  }
});

function invalidWithout(command, fields, without) {
  const line = { command };
  for (const [name, type] of Object.entries(fields)) if (name !== without && !name.endsWith("?")) line[name] = example(type);
  return invalid(line);
}

function example(type) {
  if (type.endsWith("[]")) return [];
  const plain = { Id: tenant, Timestamp: "2026-03-02T08:00:00Z", string: "x", OpenObject: {}, Selection: { all: true }, Rules: {} };
  return plain[type] ?? { id: tenant };
}

test("every event that happens has the fields of the table", () => {
  const spread = (fields) => Object.entries(fields).flatMap(([name, type]) => (name === "..." ? spread(table.objects[type]) : [name]));
  const directory = new Directory();
  const lines = readFileSync(new URL("../../../../examples/contoso.jsonl", import.meta.url), "utf8").split("\n");
  const seen = new Set();
  for (const answer of directory.apply(lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)))) {
    for (const { event, ...fields } of answer.accepted ?? []) {
      seen.add(event);
      assert.ok(table.events[event], event);
      const names = spread(table.events[event]);
      for (const name of names) assert.ok(name.endsWith("?") || name in fields, `${event} has no ${name}`);
      for (const name of Object.keys(fields)) assert.ok(names.some((known) => known.replace("?", "") === name), `${event}.${name}`);
    }
  }
  assert.ok(seen.size >= 12, [...seen].join());
});

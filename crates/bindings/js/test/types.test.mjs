// The table of types against the engine, which says by itself what it knows.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as all from "../src/index.js";

const { Directory } = all;
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

test("the engine reads what the table's types say", () => {
  for (const [command, fields] of Object.entries(table.commands)) {
    assert.doesNotMatch(invalid({ command, ...exampleOf(fields) }), /invalid type/, command);
  }
});

function exampleOf(fields) {
  return Object.fromEntries(spread(fields).map(([name, type]) => [name.replace("?", ""), example(type)]));
}

function spread(fields) {
  return Object.entries(fields).flatMap(([name, type]) => (name === "..." ? spread(table.objects[type]) : [[name, type]]));
}

function example(type) {
  // The commands of a transaction, which no type here tells of.
  if (type === "OpenObject[]") return [];
  if (type.endsWith("[]")) return [example(type.slice(0, -2))];
  if (type in table.objects) return exampleOf(table.objects[type]);
  if (type in table.enums) return table.enums[type][0];
  const plain = { Id: tenant, Timestamp: "2026-03-02T08:00:00Z", string: "x", boolean: true, integer: 1, OpenObject: {}, Selection: { all: true } };
  assert.ok(type in plain, type);
  return plain[type];
}

test("every function is declared", () => {
  const declared = readFileSync(new URL("../src/index.d.ts", import.meta.url), "utf8");
  for (const name of Object.keys(all)) assert.match(declared, new RegExp(`^export (class|function) ${name}\\b`, "m"));
  for (const owner of [Directory.prototype, Directory]) {
    const names = Object.getOwnPropertyNames(owner).filter((name) => typeof owner[name] === "function");
    for (const name of names) assert.match(declared, new RegExp(`^  (static )?${name}\\(`, "m"));
  }
});

test("events that happen and the document that comes of them are what the table says", () => {
  const directory = new Directory();
  const lines = readFileSync(new URL("../../../../examples/contoso.jsonl", import.meta.url), "utf8").split("\n");
  const seen = new Set();
  for (const answer of directory.apply(lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)))) {
    for (const { event, ...fields } of answer.accepted ?? []) {
      seen.add(event);
      fits(fields, table.events[event], event);
    }
  }
  assert.ok(seen.size >= 12, [...seen].join());
  fits(directory.document(), table.objects.DirectoryDocument, "DirectoryDocument");
});

/** Fails where an object has not the fields of a type, or others, or one of another type. */
function fits(object, type, path) {
  const fields = Object.fromEntries(spread(type));
  for (const name of Object.keys(fields)) assert.ok(name.endsWith("?") || name in object, `${path} has no ${name}`);
  for (const [name, value] of Object.entries(object)) {
    const known = fields[name] ?? fields[`${name}?`];
    assert.ok(known, `${path}.${name}`);
    if (value !== null || name in fields) fitsOne(value, known, `${path}.${name}`);
  }
}

function fitsOne(value, type, path) {
  if (type.endsWith("[]")) {
    assert.ok(Array.isArray(value), path);
    for (const one of value) fitsOne(one, type.slice(0, -2), path);
  } else if (type in table.objects) fits(value, table.objects[type], path);
  else if (type in table.enums) assert.ok(table.enums[type].includes(value), path);
  else assert.equal(typeof value, { boolean: "boolean", integer: "number", OpenObject: "object" }[type] ?? "string", path);
}

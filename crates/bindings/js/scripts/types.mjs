// Types of commands and events for TypeScript and Python, from crates/bindings/types.json.
//
//     node scripts/types.mjs           writes src/types.d.ts and ../python/connector_groups/types.py
//     node scripts/types.mjs --check   ends with exit status 1 where they are not what the table gives
//
// test/types.test.mjs holds the table against the engine: the engine itself says which commands and fields it knows.

import { readFileSync, writeFileSync } from "node:fs";

const here = (path) => new URL(path, import.meta.url);
const table = JSON.parse(readFileSync(here("../../types.json"), "utf8"));
const note = "Made from crates/bindings/types.json by crates/bindings/js/scripts/types.mjs; do not edit.";
const pascal = (name) => name[0].toUpperCase() + name.slice(1);

/** The fields with those of `...` spelled out. */
function spread(fields) {
  return Object.entries(fields).flatMap(([name, type]) => (name === "..." ? spread(table.objects[type]) : [[name, type]]));
}

function typescript() {
  const type = (name) => {
    if (name.endsWith("[]")) return `${type(name.slice(0, -2))}[]`;
    return { integer: "number" }[name] ?? name;
  };
  const fields = (object) =>
    spread(object)
      .map(([name, of]) => (name.endsWith("?") ? `  ${name}: ${type(of)} | null;\n` : `  ${name}: ${type(of)};\n`))
      .join("");
  const tagged = (kind, tag) =>
    Object.entries(table[kind])
      .map(([name, object]) => `export interface ${pascal(name)} {\n  ${tag}: "${name}";\n${fields(object)}}\n`)
      .join("\n") + `\nexport type ${pascal(tag)} =\n  | ${Object.keys(table[kind]).map(pascal).join("\n  | ")};\n`;
  return [
    `// ${note}\n`,
    "/** A GUID. */\nexport type Id = string;\n",
    "/** An RFC 3339 time. */\nexport type Timestamp = string;\n",
    "/** An object whose fields the engine checks, and the type does not. */\nexport type OpenObject = { [name: string]: unknown };\n",
    "/** Which things a bulk command means. */\nexport type Selection = { ids: Id[] } | { in: Id } | { all: true } | { inRegion: string } | { named: string };\n",
    ...Object.entries(table.enums).map(([name, of]) => `export type ${name} = ${of.map((text) => `"${text}"`).join(" | ")};\n`),
    ...Object.entries(table.objects).map(([name, object]) => `export interface ${name} {\n${fields(object)}}\n`),
    tagged("commands", "command"),
    tagged("events", "event"),
  ].join("\n");
}

function python() {
  const type = (name) => {
    if (name.endsWith("[]")) return `list[${type(name.slice(0, -2))}]`;
    return { string: "str", boolean: "bool", integer: "int" }[name] ?? name;
  };
  const fields = (object) =>
    spread(object)
      .map(([name, of]) =>
        name.endsWith("?") ? `        "${name.slice(0, -1)}": NotRequired[Optional[${type(of)}]],\n` : `        "${name}": ${type(of)},\n`,
      )
      .join("");
  // By call and not as a class: some fields are words of Python.
  const dict = (name, first, object) => `${name} = TypedDict(\n    "${name}",\n    {\n${first}${fields(object)}    },\n)\n`;
  const tagged = (kind, tag) =>
    Object.entries(table[kind])
      .map(([name, object]) => dict(pascal(name), `        "${tag}": Literal["${name}"],\n`, object))
      .join("\n") + `\n${pascal(tag)} = Union[\n${Object.keys(table[kind]).map((name) => `    ${pascal(name)},\n`).join("")}]\n`;
  return [
    `"""Commands, events and documents as dictionaries. ${note}"""\n`,
    "import sys\nfrom typing import Any, Dict, List, Literal, Optional, TypedDict, Union\n",
    "if sys.version_info >= (3, 11):\n    from typing import NotRequired\nelse:\n    from typing_extensions import NotRequired\n",
    "Id = str\nTimestamp = str\nOpenObject = Dict[str, Any]\n",
    `SelectionIds = TypedDict("SelectionIds", {"ids": List[Id]})`,
    `SelectionIn = TypedDict("SelectionIn", {"in": Id})`,
    `SelectionAll = TypedDict("SelectionAll", {"all": Literal[True]})`,
    `SelectionInRegion = TypedDict("SelectionInRegion", {"inRegion": str})`,
    `SelectionNamed = TypedDict("SelectionNamed", {"named": str})`,
    "Selection = Union[SelectionIds, SelectionIn, SelectionAll, SelectionInRegion, SelectionNamed]\n",
    ...Object.entries(table.enums).map(([name, of]) => `${name} = Literal[${of.map((text) => `"${text}"`).join(", ")}]\n`),
    ...Object.entries(table.objects).map(([name, object]) => dict(name, "", object)),
    tagged("commands", "command"),
    tagged("events", "event"),
  ].join("\n");
}

let stale = false;
for (const [path, text] of [["../src/types.d.ts", typescript()], ["../../python/connector_groups/types.py", python()]]) {
  if (process.argv.includes("--check")) {
    if (readFileSync(here(path), "utf8") !== text) {
      console.error(`${path} is not what types.json gives: node scripts/types.mjs`);
      stale = true;
    }
  } else writeFileSync(here(path), text);
}
process.exitCode = stale ? 1 : 0;

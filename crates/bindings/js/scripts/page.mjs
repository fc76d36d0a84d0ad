// Makes the page: one file with the engine, the rules and an example in it, that works from `file:` without a server.
//
//     npm run page            dist/connector-groups.html

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("../../../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const page = (name) => readFileSync(new URL(`../page/${name}`, import.meta.url), "utf8");

/** Which rule is behind each refusal and each hazard, as the program and the engine say it. */
function rulesOf(text) {
  const found = {};
  for (const [, left, numbers] of text.matchAll(/((?:(?:Refusal|Self)::\w+(?: \{ \.\. \})?\s*\|?\s*)+)=> [({\s]*"([A-Z][^"]*)"/g)) {
    for (const [, name] of left.matchAll(/::(\w+)/g)) found[name[0].toLowerCase() + name.slice(1)] = numbers.split(", ");
  }
  return found;
}

const words = read("crates/cli/src/words/refusals.rs");
const refusals = rulesOf(words.slice(words.indexOf("const fn rule("), words.indexOf("const fn advice(")));
const hazards = Object.fromEntries(Object.entries(rulesOf(read("src/impact/hazard.rs"))).map(([name, [number]]) => [name, number]));
const rules = {};
for (const line of read("src/docs/rules.jsonl").trim().split("\n")) {
  const { id, statement, grade } = JSON.parse(line);
  rules[id] = { statement, grade };
}
const cited = [...Object.values(refusals).flat(), ...Object.values(hazards), "T4"];
const unknown = cited.filter((number) => !rules[number]);
if (unknown.length > 0 || Object.keys(refusals).length < 18 || Object.keys(hazards).length < 4) {
  throw new Error(`the rules of refusals or hazards are not as they were: ${unknown}`);
}
const data = { refusals, hazards, rules: Object.fromEntries(cited.map((number) => [number, rules[number]])), contoso: read("examples/contoso.jsonl") };

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("../page/page.js", import.meta.url))],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: ["chrome120", "firefox120", "safari17"],
  charset: "utf8",
  plugins: [{
    name: "data",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\/data\.js$/ }, () => ({ path: "data", namespace: "data" }));
      onLoad({ filter: /.*/, namespace: "data" }, () => ({ contents: Object.entries(data).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join("\n"), loader: "js" }));
    },
  }],
});
// A text of the script must not end the script.
const script = outputFiles[0].text.replaceAll("</script", "<\\/script");
const html = page("page.html").replace("/*STYLE*/", () => page("page.css")).replace("/*SCRIPT*/", () => script);
const out = new URL("../dist/", import.meta.url);
mkdirSync(out, { recursive: true });
writeFileSync(new URL("connector-groups.html", out), html);
console.log(`page: ${html.length} bytes`);

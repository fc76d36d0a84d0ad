import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Directory, EngineError, graphFetch, load } from "../src/index.js";

const tenant = "7e000000-0000-4000-8000-000000000001";
const group = "9d000000-0000-4000-8000-000000000001";
const other = { tenant, command: "createConnectorGroup", id: group, name: "A", region: "nam" };

function begun() {
  const directory = new Directory({ hashSeed: 7 });
  const defaultConnectorGroup = { id: "9d000000-0000-4000-8000-000000000000" };
  const create = { command: "createTenant", id: tenant, defaultRegion: "eur", now: "2026-03-02T08:00:00Z", defaultConnectorGroup };
  assert.equal(directory.apply(create)[0].accepted[0].event, "tenantCreated");
  return directory;
}

test("commands are answered in order, dry runs change nothing", () => {
  const directory = begun();
  assert.equal(directory.decide(other)[0].accepted[0].event, "connectorGroupCreated");
  const [accepted, refused, invalid] = directory.apply(other, other, { command: "?" });
  assert.equal(accepted.accepted[0].name, "A");
  assert.equal(refused.refused.code, "alreadyExists");
  assert.match(invalid.invalid, /unknown variant/);
  assert.deepEqual(directory.apply(), []);
  const line = JSON.stringify({ ...other, id: group.replace(/1$/, "2") });
  const dry = directory.decideLines(line);
  assert.deepEqual(directory.decideLines(line), dry);
  assert.deepEqual(directory.applyLines(line), dry);
  assert.notDeepEqual(directory.applyLines(line), dry);
});

test("snapshots are restored, documents go out and in", () => {
  const directory = begun();
  const snapshot = directory.snapshot();
  const before = directory.document();
  directory.apply(other);
  assert.deepEqual(snapshot.document(), before);
  assert.deepEqual(new Directory({ document: directory.document() }).document(), directory.document());
  const { commands } = snapshot.diff(directory, tenant);
  assert.deepEqual(commands, [{ command: "createConnectorGroup", id: group, name: "A", region: "nam" }]);
  directory.restore(snapshot);
  assert.deepEqual(directory.document(), before);
});

test("impact, plan and audit", () => {
  const directory = begun();
  directory.apply(other);
  assert.ok(directory.impact({ tenant, loss: { region: "eur" } }).impact);
  const { plan } = directory.plan({ tenant, desired: { absent: ["A"] } });
  assert.deepEqual(plan.steps, [{ command: "deleteConnectorGroup", id: group }]);
  const document = directory.document();
  assert.deepEqual(Directory.audit(document), []);
  document.tenants[0].connectorGroups[0].isDefault = false;
  const violations = Directory.audit(document);
  assert.match(violations[0].violation, /I1/);
  assert.throws(() => new Directory({ document }), (error) => error instanceof EngineError && error.violations.length === violations.length);
});

test("what is freed or wrong is an error, and nothing more", () => {
  const directory = begun();
  const freed = directory.snapshot();
  freed.free();
  assert.throws(() => freed.apply(other), EngineError);
  assert.throws(() => directory.restore(freed), EngineError);
  assert.throws(() => new Directory({ document: "{" }), EngineError);
  assert.throws(() => directory.respond("nonsense"), EngineError);
  assert.match(new TextDecoder().decode(directory.applyLines(new Uint8Array([0xff, 0xfe]))), /invalid/);
  freed.free();
  const disposed = directory.snapshot();
  disposed[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  assert.throws(() => disposed.document(), EngineError);
});

test("long lines go over, and answers longer than the memory was", () => {
  const directory = begun();
  const many = Array.from({ length: 20000 }, (_, number) => {
    const id = `a0000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
    return { tenant, command: "createApplication", id, appId: id.replace("a", "b"), displayName: `App ${number} ${"ä".repeat(50)}` };
  });
  assert.ok(directory.apply(many).every((answer) => answer.accepted));
  assert.equal(directory.document().tenants[0].applications.length, many.length);
});

test("fetch answers as Graph does", async () => {
  await load();
  const directory = begun();
  let number = 0;
  const requestId = () => `00000000-0000-4000-8000-${String((number += 1)).padStart(12, "0")}`;
  const fetch = graphFetch(directory, { now: () => "2026-03-02T08:00:00Z", requestId });
  const headers = { authorization: `Bearer ${tenant}`, "content-type": "application/json" };
  const profile = "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy";
  const created = await fetch(`${profile}/connectorGroups`, { method: "POST", headers, body: JSON.stringify({ name: "Zürich" }) });
  assert.equal(created.status, 200, "as the live service does");
  const { id, name } = await created.json();
  assert.equal(name, "Zürich");
  const documented = graphFetch(directory, { documented: true });
  assert.equal((await documented(`${profile}/connectorGroups`, { method: "POST", headers, body: '{"name":"B"}' })).status, 201);
  const request = new Request(`${profile}/connectorGroups/${id}`, { method: "DELETE", headers });
  assert.equal((await fetch(request)).status, 204);
  const gone = await fetch(`${profile}/connectorGroups/${id}`, { headers });
  assert.deepEqual([gone.status, (await gone.json()).error.innerError.date], [404, "2026-03-02T08:00:00Z"]);
  assert.equal((await fetch("/beta/applications")).status, 401);
  assert.equal((await graphFetch(directory, { anonymous: tenant })("/beta/applications")).status, 200);
  const { value } = await (await fetch(`${profile}/connectorGroups?$filter=name%20eq%20'Zürich'&$select=name`, { headers })).json();
  assert.deepEqual(value, []);
});

test("request ids are random, by what the runtime has", async (context) => {
  const fetch = graphFetch(begun(), { anonymous: tenant });
  const ids = async () => [await fetch("/beta/applications"), await fetch("/beta/applications")].map(({ headers }) => headers.get("request-id"));
  const own = globalThis.crypto;
  context.after(() => Object.defineProperty(globalThis, "crypto", { value: own, configurable: true }));
  const all = await ids();
  Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true });
  all.push(...(await ids()));
  assert.equal(new Set(all).size, 4, all.join());
});

test("name and version are those of the crate", () => {
  const root = new URL("../../../../", import.meta.url);
  const read = (path) => readFileSync(new URL(path, root), "utf8");
  const of = (text, name) => new RegExp(`^${name} = "(.*)"`, "m").exec(text)[1];
  const engine = read("Cargo.toml");
  const abi = read("crates/abi/Cargo.toml");
  const python = read("crates/bindings/python/pyproject.toml");
  const js = JSON.parse(read("crates/bindings/js/package.json"));
  const go = read("crates/bindings/go/go.mod");
  const version = of(engine, "version");
  assert.deepEqual([of(abi, "version"), of(python, "version"), js.version], [version, version, version]);
  const name = of(engine, "name");
  assert.deepEqual([js.name, of(python, "name")], [name, name]);
  assert.match(go, new RegExp(`^module ${of(engine, "repository").replace("https://", "")}/crates/bindings/go$`, "m"));
  assert.match(read("crates/bindings/go/engine.go"), new RegExp(`const Version = "${version}"`));
});

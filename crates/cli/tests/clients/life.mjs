// The JavaScript client of Graph through the life of a tenant on the emulator.
//
//     ASKED=FILE NODE_EXTRA_CA_CERTS=CA.pem node life.mjs https://127.0.0.1:PORT/
//
// Ends with exit status 0 where every answer is the expected one. The emulator must run with --control, and with --tls: over
// plain HTTP this client sends no token at all.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

import { writeDown } from "./asked.mjs";

// The packages are installed where the lock file's copy is, not beside this file.
const require = createRequire(`${process.cwd()}/`);
const { BatchRequestContent, BatchResponseContent, Client, PageIterator } = require("@microsoft/microsoft-graph-client");

const url = process.argv[2].replace(/\/$/, "");
const profile = "/onPremisesPublishingProfiles/applicationProxy";

async function control(...lines) {
  const body = lines.map((line) => JSON.stringify(line)).join("\n");
  const answers = (await (await fetch(`${url}/_control/commands`, { method: "POST", body })).text()).trim().split("\n");
  assert.equal(answers.length, lines.length);
  for (const answer of answers) assert.ok("accepted" in JSON.parse(answer), answer);
}

/** A tenant of its own, and a client in it. */
class World {
  tenant = randomUUID();
  default = randomUUID();
  // A host that is not among these gets no token.
  client = Client.initWithMiddleware({
    baseUrl: url,
    defaultVersion: "beta",
    customHosts: new Set([new URL(url).hostname]),
    authProvider: { getAccessToken: async () => this.tenant },
  });

  static async begin() {
    const world = new World();
    const now = "2026-03-02T08:00:00Z";
    const defaultConnectorGroup = { id: world.default };
    await control({ command: "createTenant", id: world.tenant, defaultRegion: "eur", now, defaultConnectorGroup });
    return world;
  }

  api(path) {
    return this.client.api(path);
  }

  async register(machineName) {
    const id = randomUUID();
    const connector = { id, machineName, externalIp: "203.0.113.7", version: "1.5.4287.0" };
    await control({ tenant: this.tenant, command: "registerConnector", ...connector });
    return id;
  }

  async create(name) {
    return (await this.api(`${profile}/connectorGroups`).post({ name })).id;
  }

  /** As the tutorial does it: from the template, then published by a request of its own. */
  async publish(name) {
    const template = "/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate";
    const { application } = await this.api(template).post({ displayName: name });
    const internalUrl = `https://${name}.contoso.local/`;
    const externalUrl = `https://${name}-contoso.msappproxy.net/`;
    const onPremisesPublishing = { externalAuthenticationType: "aadPreAuthentication", internalUrl, externalUrl };
    await this.api(`/applications/${application.objectId}`).patch({ onPremisesPublishing });
    return application.objectId;
  }

  async groupOf(application) {
    return (await this.api(`/applications/${application}/connectorGroup`).get()).id;
  }

  async names(path) {
    return (await this.api(path).get()).value.map((thing) => thing.name ?? thing.machineName ?? thing.displayName);
  }
}

const link = (kind, id) => ({ "@odata.id": `${url}/beta${profile}/${kind}/${id}` });

async function refused(statusCode, code, request) {
  await assert.rejects(request, (error) => {
    assert.deepEqual([error.statusCode, error.code], [statusCode, code], error.message);
    assert.ok(error.requestId, "no request-id");
    return true;
  });
}

async function groupsAndMembers() {
  const world = await World.begin();
  const groups = `${profile}/connectorGroups`;
  const created = await world.api(groups).post({ name: "Tokyo", region: "Japan" });
  assert.deepEqual([created.region, created.isDefault], ["japan", false], "a region that no schema has is kept");
  const group = `${groups}/${created.id}`;
  await world.api(group).patch({ name: "Osaka" });
  assert.equal((await world.api(group).get()).name, "Osaka");
  const [first, second] = [await world.register("one"), await world.register("two")];
  // Both spellings move, whatever the case of the profile.
  await world.api(`${group}/members/$ref`).post(link("connectors", first));
  const memberOf = `/onPremisesPublishingProfiles/applicationproxy/connectors/${second}/memberOf`;
  await world.api(`${memberOf}/$ref`).post(link("connectorGroups", created.id));
  assert.deepEqual(await world.names(`${group}/members`), ["one", "two"]);
  assert.deepEqual(await world.names(memberOf), ["Osaka"]);
  await refused(400, "ApplicationsOrConnectorsAssigned_BadRequest", world.api(group).delete());
  await refused(400, "ConnectorGroup_RegionLocked", world.api(group).patch({ region: "eur" }));
  await world.api(`${group}/members/${first}/$ref`).delete();
  await world.api(`${group}/members/${second}/$ref`).delete();
  await world.api(group).patch({ region: "eur" });
  await world.api(group).delete();
  assert.deepEqual(await world.names(groups), ["Default"]);
  await refused(400, "ConnectorGroup_IsDefault", world.api(`${groups}/${world.default}`).delete());
  await refused(400, "BadRequest", world.api("/connectorGroups").get());
  await refused(404, "ConnectorGroup_NotFound", world.api(`${groups}/${randomUUID()}`).get());
}

async function assignments() {
  const world = await World.begin();
  const [a, b, application] = [await world.create("A"), await world.create("B"), await world.publish("expenses")];
  assert.equal(await world.groupOf(application), world.default);
  const ref = world.api(`/applications/${application}/connectorGroup/$ref`);
  for (const group of [a, b, b]) {
    await ref.put(link("connectorGroups", group));
    assert.equal(await world.groupOf(application), group);
  }
  await ref.delete();
  assert.equal(await world.groupOf(application), world.default);
  await refused(400, "ConnectorGroup_AlreadyInDefault", ref.delete());
  const { appId } = await world.api(`/applications/${application}`).get();
  const [found] = (await world.api("/applications").filter(`appId eq '${appId}'`).get()).value;
  assert.equal(found.id, application);
  const whole = await world.api(`/applications/${application}`).select("id,onPremisesPublishing").get();
  assert.equal(whole.onPremisesPublishing.isOnPremPublishingEnabled, true);
  // As PowerShell does it.
  const sentinel = "PowerShellDeleteApplication";
  const onPremisesPublishing = { internalUrl: sentinel, externalUrl: sentinel };
  await world.api(`/applications/${application}`).patch({ onPremisesPublishing });
  await refused(404, "Application_NotFound", ref.put(link("connectorGroups", a)));
  await world.api(`/applications/${application}`).delete();
}

async function lists() {
  const world = await World.begin();
  for (let number = 10; number < 30; number += 1) await world.create(`O'Brien's ${number}`);
  const groups = `${profile}/connectorGroups`;
  const seen = [];
  const pages = new PageIterator(world.client, await world.api(groups).top(6).get(), (group) => seen.push(group.name));
  await pages.iterate();
  assert.equal(seen.length, 21);
  assert.equal(new Set(seen).size, 21);
  const found = await world.api(groups).filter("name eq 'O''Brien''s 17'").count(true).expand("members").get();
  assert.equal(found["@odata.count"], 1);
  assert.deepEqual(found.value[0].members, []);
  const sorted = await world.api(groups).orderby("name desc").select("name").skip(1).top(1).get();
  assert.deepEqual(sorted.value[0].name, "O'Brien's 28");
  await refused(400, "BadRequest", world.api(groups).filter("(".repeat(5000)).get());
}

async function batches() {
  const world = await World.begin();
  const group = await world.create("A");
  const body = JSON.stringify(link("connectorGroups", group));
  const applications = [await world.publish("one"), await world.publish("two")];
  const headers = { "Content-Type": "application/json" };
  const put = (application) =>
    new Request(`${url}/beta/applications/${application}/connectorGroup/$ref`, { method: "PUT", headers, body });
  const content = new BatchRequestContent([
    { id: "1", request: put(applications[0]) },
    { id: "2", request: put(randomUUID()), dependsOn: ["1"] },
    { id: "3", request: put(applications[1]), dependsOn: ["2"] },
  ]);
  const answers = new BatchResponseContent(await world.api("/$batch").post(await content.getContent()));
  const statuses = ["1", "2", "3"].map((id) => answers.getResponseById(id).status);
  assert.deepEqual(statuses, [204, 404, 424], "what depends on a failure is not done");
  assert.deepEqual(await world.names(`${profile}/connectorGroups/${group}/applications`), ["one"]);
}

for (const story of [groupsAndMembers, assignments, lists, batches]) {
  await story();
  await writeDown(url, story.name);
  console.log(`javascript: ${story.name}: right`);
}

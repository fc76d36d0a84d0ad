// Real clients of Graph, in this process, without a server.

import assert from "node:assert/strict";
import test from "node:test";
import graphClient from "@microsoft/microsoft-graph-client";
import { DefaultInit, DefaultHeaders, GraphQueryable, graphDelete, graphGet, graphPatch, graphPost } from "@pnp/graph";
import { DefaultParse, RejectOnError, ResolveOnData, body } from "@pnp/queryable";
import { Directory, graphFetch, graphMiddleware } from "../src/index.js";

const tenant = "7e000000-0000-4000-8000-000000000001";
const profile = "onPremisesPublishingProfiles/applicationProxy";

function begun() {
  const directory = new Directory();
  const defaultConnectorGroup = { id: "9d000000-0000-4000-8000-000000000000" };
  directory.apply({ command: "createTenant", id: tenant, defaultRegion: "eur", now: "2026-03-02T08:00:00Z", defaultConnectorGroup });
  const connector = { id: "c0000000-0000-4000-8000-000000000001", machineName: "ams-01", externalIp: "203.0.113.7", version: "1.5.4287.0" };
  directory.apply({ tenant, command: "registerConnector", ...connector });
  return directory;
}

test("@microsoft/microsoft-graph-client", async () => {
  const { AuthenticationHandler, Client, BatchRequestContent, PageIterator } = graphClient;
  const auth = new AuthenticationHandler({ getAccessToken: async () => tenant });
  auth.setNext(graphMiddleware(begun()));
  const client = Client.initWithMiddleware({ middleware: auth, defaultVersion: "beta" });
  const group = await client.api(`/${profile}/connectorGroups`).post({ name: "Paris", region: "eur" });
  const link = { "@odata.id": `https://graph.microsoft.com/beta/${profile}/connectorGroups/${group.id}` };
  const { value: connectors } = await client.api(`/${profile}/connectors`).get();
  await client.api(`/${profile}/connectors/${connectors[0].id}/memberOf/$ref`).post(link);
  const { value: members } = await client.api(`/${profile}/connectorGroups/${group.id}/members`).get();
  assert.deepEqual(members.map((member) => member.machineName), ["ams-01"]);
  await assert.rejects(client.api(`/${profile}/connectorGroups/${group.id}`).delete(), (error) => error.statusCode === 400);
  for (let number = 0; number < 5; number += 1) await client.api("/applications").post({ displayName: `App ${number}` });
  const names = [];
  const page = await client.api("/applications").top(2).get();
  await new PageIterator(client, page, (application) => names.push(application.displayName) > 0).iterate();
  assert.equal(names.length, 5);
  const request = new Request("https://graph.microsoft.com/applications?$top=1", { method: "GET" });
  const batch = await new BatchRequestContent([{ id: "1", request }]).getContent();
  const answer = await client.api("/$batch").post(batch);
  assert.equal(answer.responses[0].status, 200);
});

test("PnPjs", async () => {
  const fetch = graphFetch(begun());
  const inProcess = (instance) => {
    instance.on.send.replace((url, init) => fetch(url.toString(), init));
    instance.on.auth.replace(async (url, init) => {
      init.headers = { ...init.headers, Authorization: `Bearer ${tenant}` };
      return [url, init];
    });
    return instance;
  };
  const behaviors = [DefaultHeaders(), DefaultInit(), RejectOnError(), ResolveOnData(), DefaultParse(), inProcess];
  const at = (path) => GraphQueryable(`https://graph.microsoft.com/beta/${path}`).using(...behaviors);
  const group = await graphPost(at(`${profile}/connectorGroups`), body({ name: "Oslo" }));
  await graphPatch(at(`${profile}/connectorGroups/${group.id}`), body({ name: "Bergen" }));
  assert.equal((await graphGet(at(`${profile}/connectorGroups/${group.id}`))).name, "Bergen");
  await graphDelete(at(`${profile}/connectorGroups/${group.id}`));
  await assert.rejects(graphGet(at(`${profile}/connectorGroups/${group.id}`)), (error) => error.status === 404);
});

// The JavaScript client of Graph, or PnPjs, with @azure/identity, as a program uses them that knows nothing of the emulator.
//
//     connector-groups emulate --seed examples/contoso.jsonl -- node sign_in.mjs graph|pnp
//
// Ends with exit status 0 where every answer is the expected one.

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

import { credential, graphClient, require, scope } from "./signed_in.mjs";

const load = (name) => import(pathToFileURL(require.resolve(name)));
const groups = "onPremisesPublishingProfiles/applicationProxy/connectorGroups";

async function graph() {
  const { PageIterator } = require("@microsoft/microsoft-graph-client");
  const client = graphClient();
  const { id } = await client.api(`/${groups}`).post({ name: "by JavaScript" });
  const names = [];
  // Links to further pages lead to Graph's own host again.
  const pages = new PageIterator(client, await client.api(`/${groups}`).top(5).get(), ({ name }) => names.push(name));
  await pages.iterate();
  assert.ok(names.length > 5 && names.includes("Default") && names.includes("by JavaScript"), names);
  await client.api(`/${groups}/${id}`).patch({ name: "renamed" });
  assert.equal((await client.api(`/${groups}/${id}`).get()).name, "renamed");
  await client.api(`/${groups}/${id}`).delete();
  await assert.rejects(client.api(`/${groups}/${id}`).get(), { statusCode: 404, code: "ConnectorGroup_NotFound" });
}

async function pnp() {
  const { graphfi, DefaultHeaders, DefaultInit, GraphQueryable, graphGet, graphPost } = await load("@pnp/graph");
  const { NodeFetchWithRetry } = await load("@pnp/nodejs");
  const { BearerToken, DefaultParse, RejectOnError, ResolveOnData } = await load("@pnp/queryable");
  const { token } = await credential.getToken(scope);
  const beta = "https://graph.microsoft.com/beta";
  const client = graphfi(beta).using(
    DefaultHeaders(),
    DefaultInit(),
    NodeFetchWithRetry(),
    DefaultParse(),
    RejectOnError(),
    ResolveOnData(),
    BearerToken(token),
  );
  const at = (path) => client.create(GraphQueryable, path);
  const body = JSON.stringify({ name: "by PnPjs" });
  const { id } = await graphPost(at(groups), { body });
  const names = (await graphGet(at(groups))).map(({ name }) => name);
  assert.ok(names.includes("Default") && names.includes("by PnPjs"), names);
  assert.equal((await graphGet(at(`${groups}/${id}`))).name, "by PnPjs");
  await assert.rejects(graphPost(at(groups), { body: JSON.stringify({ name: "" }) }), /ConnectorGroup_InvalidName/);
}

await { graph, pnp }[process.argv[2]]();
console.log(`javascript: ${process.argv[2]}: right`);

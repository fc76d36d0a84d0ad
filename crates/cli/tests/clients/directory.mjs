// The JavaScript client of Graph at its defaults, with @azure/identity, in what belongs to applications, and at the paths that no
// SDK has builders for.
//
//     ASKED=FILE connector-groups emulate --control --seed examples/contoso.jsonl -- node directory.mjs
//
// Ends with exit status 0 where every answer is the expected one.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { graphClient } from "./signed_in.mjs";
import { writeDown } from "./asked.mjs";

const client = graphClient();
const api = (path) => client.api(path);
const v1 = (path) => client.api(path).version("v1.0");
const profile = "/onPremisesPublishingProfiles/applicationProxy";
const root = "https://graph.microsoft.com/beta";
const link = (path) => ({ "@odata.id": `${root}${path}` });
const ids = ({ value }) => value.map(({ id }) => id);
const linked = ({ value }) => value.map((found) => found["@odata.id"].match(/[0-9a-f-]{36}/g).at(-1));

async function refused(statusCode, code, request) {
  await assert.rejects(request, (error) => {
    assert.deepEqual([error.statusCode, error.code], [statusCode, code], error.message);
    assert.ok(error.requestId, "no request-id");
    return true;
  });
}

/** An application and its service principal, as the tutorial makes them; here by v1.0. */
async function instantiated(displayName) {
  const { value } = await v1("/applicationTemplates").filter("displayName eq 'Custom'").select("id").get();
  const made = await v1(`/applicationTemplates/${value[0].id}/instantiate`).post({ displayName });
  assert.equal(made.application.appId, made.servicePrincipal.appId);
  return { application: `/applications/${made.application.id}`, principal: `/servicePrincipals/${made.servicePrincipal.id}` };
}

/** The tutorial to its end: published, owned, assigned to a user. */
async function tutorial() {
  const { application, principal } = await instantiated("Tutorial");
  const externalUrl = "https://tutorial-contoso.msappproxy.net";
  await v1(application).patch({ identifierUris: [externalUrl], web: { redirectUris: [externalUrl], homePageUrl: externalUrl } });
  const publishing = { externalAuthenticationType: "aadPreAuthentication", internalUrl: "https://tutorial.contoso.local", externalUrl };
  await api(`${application}/onPremisesPublishing`).patch(publishing);
  const read = await api(`${application}/onPremisesPublishing`).get();
  assert.deepEqual([read.externalUrl, read.isOnPremPublishingEnabled], [`${externalUrl}/`, true]);
  await refused(400, "BadRequest", v1(`${application}/onPremisesPublishing`).get());
  const taken = await instantiated("Taken");
  await refused(400, "InternalUrl_Duplicate", api(`${taken.application}/onPremisesPublishing`).patch(publishing));
  await refused(400, "BadRequest", api(`${application}/onPremisesPublishing`).patch({ isSecureCookieEnabled: "x" }));
  const { value: roles } = await v1(`${principal}/appRoles`).get();
  const { id: appRoleId } = roles.find(({ displayName }) => displayName === "User");
  const user = randomUUID();
  const assignment = { principalId: user, principalType: "User", appRoleId, resourceId: principal.split("/")[2] };
  const { id } = await v1(`${principal}/appRoleAssignedTo`).post(assignment);
  assert.deepEqual(ids(await v1(`${principal}/appRoleAssignedTo`).get()), [id]);
  await refused(400, "Request_BadRequest", v1(`${principal}/appRoleAssignedTo`).post(assignment));
  await v1(`${principal}/appRoleAssignedTo/${id}`).delete();
  await refused(404, "Request_ResourceNotFound", v1(`${principal}/appRoleAssignedTo/${id}`).get());
  for (const thing of [application, principal]) {
    await v1(`${thing}/owners/$ref`).post({ "@odata.id": `https://graph.microsoft.com/v1.0/users/${user}` });
    assert.equal((await v1(`${thing}/owners/${user}`).get()).id, user);
    assert.deepEqual(linked(await v1(`${thing}/owners/$ref`).get()), [user]);
    await v1(`${thing}/owners/${user}/$ref`).delete();
    await refused(404, "Request_ResourceNotFound", v1(`${thing}/owners/${user}`).get());
  }
  await v1(principal).patch({ tags: ["WindowsAzureActiveDirectoryOnPremApp"] });
  const tagged = v1("/servicePrincipals").filter("tags/any(t:t eq 'WindowsAzureActiveDirectoryOnPremApp')");
  const found = await tagged.count(true).header("ConsistencyLevel", "eventual").select(["id", "tags"]).get();
  assert.deepEqual([ids(found), found["@odata.count"]], [[principal.split("/")[2]], 1]);
  const search = v1("/servicePrincipals").search('"displayName:tut" AND "servicePrincipalType:App"').header("ConsistencyLevel", "eventual");
  assert.deepEqual(ids(await search.get()), [principal.split("/")[2]]);
  await refused(400, "Request_UnsupportedQuery", v1("/servicePrincipals").search('"displayName:tut"').get());
  for (const made of [application, taken.application]) await v1(made).delete();
}

/** Segments as Microsoft's own tools write them: `ip`, which no SDK has. */
async function privateAccess() {
  const { application } = await instantiated("Private");
  await api(application).patch({ onPremisesPublishing: { applicationType: "nonwebapp", isAccessibleViaZTNAClient: true } });
  const segments = `${application}/onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments`;
  const address = { destinationHost: "10.9.0.1", destinationType: "ip", port: 0, ports: ["22-22"], protocol: "tcp,udp" };
  const { id } = await api(segments).post(address);
  const read = await api(`${segments}/${id}`).get();
  assert.deepEqual([read.destinationType, read.protocol, read.action], ["ip", "tcp,udp", "tunnel"]);
  for (const list of [segments, `${profile}/applicationSegments`]) {
    assert.equal(`/applications/${(await api(`${list}/${id}/application`).get()).id}`, application);
  }
  assert.equal(await api(`${segments}/$count`).responseType("text").get(), "1");
  await api(`${segments}/${id}`).patch({ ports: ["22-22", "80-80"] });
  assert.deepEqual((await api(segments).filter("destinationHost eq '10.9.0.1'").get()).value[0].ports, ["22-22", "80-80"]);
  await refused(400, "InvalidJson_BadRequest", api(segments).post({ ...address, ports: ["0-70000"] }));
  await refused(400, "Invalid_AppSegments_NonwebApp_Duplicate", api(segments).post(address));
  await refused(404, "ApplicationSegment_NotFound", api(`${segments}/${randomUUID()}`).patch({ ports: ["1-1"] }));
  await api(`${segments}/${id}`).delete();
  await refused(404, "ApplicationSegment_NotFound", api(`${segments}/${id}`).get());
  await api(application).delete();
}

/** Paths of single things, of single properties, and of links, from each side. */
async function paths() {
  const groups = `${profile}/connectorGroups`;
  const { id: group } = await api(groups).post({ name: "Paths" });
  assert.equal((await api(`${groups}/${group}/name`).get()).value, "Paths");
  const [{ id: connector }] = (await api(`${profile}/connectors`).top(1).get()).value;
  const one = `${profile}/connectors/${connector}`;
  assert.equal((await api(`${one}/status`).get()).value, "active");
  const [home] = ids(await api(`${one}/memberOf`).get());
  await api(`${one}/memberOf/$ref`).put(link(`${groups}/${group}`));
  assert.equal((await api(`${one}/memberOf/${group}`).get()).name, "Paths");
  assert.equal((await api(`${groups}/${group}/members/${connector}`).get()).id, connector);
  assert.deepEqual(linked(await api(`${groups}/${group}/members/$ref`).get()), [connector]);
  assert.deepEqual(linked(await api(`${one}/memberOf/$ref`).get()), [group]);
  await refused(404, "ConnectorGroup_NotFound", api(`${one}/memberOf/${home}`).get());
  await refused(404, "ConnectorGroup_NotFound", api(`${one}/memberOf/$ref`).put(link(`${groups}/${randomUUID()}`)));
  await refused(400, "Request_BadRequest", api(`${one}/memberOf/$ref`).put({}));
  await api(`${one}/memberOf/$ref`).put(link(`${groups}/${home}`));
  await refused(404, "Connector_NotFound", api(`${groups}/${group}/members/${connector}`).get());
  // The assignment of an application, as an older revision of its page has it.
  const { application } = await instantiated("Assigned");
  const posted = () => api(`${groups}/${group}/applications`).post(link(application));
  await refused(404, "Application_NotFound", posted());
  await api(application).patch({ onPremisesPublishing: { internalUrl: "https://p.local/", externalUrl: "https://p.example.com/" } });
  await posted();
  assert.equal((await api(`${application}/connectorGroup`).get()).id, group);
  assert.ok((await api(`${application}/connectorGroup/$ref`).get())["@odata.id"].includes(group));
  assert.equal((await api(`${application}/displayName`).get()).value, "Assigned");
  await refused(400, "BadRequest", api(`${application}/nothing`).get());
  await api(application).delete();
  await api(`${groups}/${group}`).delete();
  assert.equal((await api(`${profile}/isEnabled`).get()).value, true);
  const [{ id: tenant }] = (await v1("/organization").select("id").get()).value;
  assert.equal((await api(`/organization/${tenant}`).get()).tenantType, "AAD");
  assert.equal((await api(`/organization/${tenant}/id`).get()).value, tenant);
  assert.equal(Number(await api("/organization/$count").get()), 1);
  await refused(405, "Request_BadRequest", api(profile).delete());
}

async function metadata() {
  const text = await api("/$metadata").responseType("text").get();
  for (const name of ["connectorGroup", "ipApplicationSegment", "appRoleAssignment", "onPremisesPublishingProfile"]) {
    assert.ok(text.includes(`<EntityType Name="${name}"`), name);
  }
  await refused(405, "Request_BadRequest", api("/$metadata").post({}));
}

for (const story of [tutorial, privateAccess, paths, metadata]) {
  await story();
  await writeDown(process.env.CONNECTOR_GROUPS_URL, story.name);
  console.log(`javascript: ${story.name}: right`);
}

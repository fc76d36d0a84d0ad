// A suite of two tests that would disturb each other, with the hooks of the recipe.

import { expect, test } from "vitest";

import "./recipe.js";

const graph = "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
const headers = { authorization: "Bearer 7e000000-0000-4000-8000-000000000001", "content-type": "application/json" };

async function makeAGroup() {
  const before = (await (await fetch(graph, { headers })).json()).value.length;
  const made = await fetch(graph, { method: "POST", headers, body: JSON.stringify({ name: "by vitest" }) });
  expect(made.status).toBe(200);
  return before;
}

test("one", async () => expect(await makeAGroup()).toBe(12));
test("other", async () => expect(await makeAGroup()).toBe(12));

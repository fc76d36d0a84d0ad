// Compiled and not run: what users write has types, and what is wrong has none.

import { Directory, graphFetch, type Answer, type Command, type Event } from "../src/index.js";

const directory = new Directory({ hashSeed: 7n });
const create: Command = { tenant: "t", command: "createConnectorGroup", id: "g", name: "A", region: null };
const answers: Answer[] = directory.apply(create, [create, create]);
export const dry: Answer[] = directory.decide(create, [create]);

export function names(event: Event): string {
  switch (event.event) {
    case "connectorGroupRenamed":
      return event.to;
    case "connectorGroupDeleted":
      return `${event.name} at ${event.place.toFixed()}`;
    default:
      return event.event;
  }
}

for (const answer of answers) {
  if ("accepted" in answer) answer.accepted.map(names);
  else if ("refused" in answer) answer.refused.code.toLowerCase();
  else answer.invalid.toLowerCase();
}

export const response: Promise<Response> = graphFetch(directory, { anonymous: "t" })("/beta/applications", { method: "GET" });
directory.apply({ tenant: "t", command: "moveConnectors", connectors: { inRegion: "eur" }, connectorGroup: "g" });

// @ts-expect-error There is no such command.
directory.apply({ tenant: "t", command: "destroyConnectorGroup", id: "g" });
// @ts-expect-error A name is missing.
directory.apply({ tenant: "t", command: "createConnectorGroup", id: "g" });
// @ts-expect-error There is no such option.
graphFetch(directory, { anonymus: "t" });

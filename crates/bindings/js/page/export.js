// What somebody has of a tenant, as lines of the replay format.

const TENANT = "7e000000-0000-4000-8000-000000000001";
const NOW = "2026-01-01T00:00:00Z";
const PUBLISHING = ["internalUrl", "externalUrl", "applicationType", "externalAuthenticationType"];

/** JSON values that stand one behind the other, with white space or nothing between them. */
export function values(text) {
  const found = [];
  let start = -1;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (inText) {
      if (letter === "\\") at += 1;
      else if (letter === '"') inText = false;
    } else if (letter === '"') inText = true;
    else if (letter === "{" || letter === "[") {
      if (depth === 0) start = at;
      depth += 1;
    } else if ((letter === "}" || letter === "]") && depth > 0) {
      depth -= 1;
      if (depth === 0) found.push(JSON.parse(text.slice(start, at + 1)));
    }
  }
  return found;
}

/** Whether a value is an answer of Graph about connector groups. */
export const isAnswer = (value) => Array.isArray(value?.value) || typeof value?.["@odata.context"] === "string" || "error" in (value ?? {});

const keyOf = (context, list) => new RegExp(`${list}(?:\\('|/)([0-9a-f-]{36})`, "i").exec(context)?.[1]?.toLowerCase();

/**
 * Answers of Graph as lines. Each has the name of its file, where it has one, as `connector-groups export` names them; else its
 * context says what it is. `said` is called with what an answer lacks.
 */
export function linesOfAnswers(answers, said) {
  const groups = new Map();
  const connectors = new Map();
  const applications = new Map();
  const memberships = new Map();
  const assignments = new Map();
  let tenant = TENANT;
  for (const { name = "", value } of answers) {
    if (value?.error) continue;
    const context = String(value?.["@odata.context"] ?? "").split("#")[1] ?? "";
    const list = Array.isArray(value?.value) ? value.value : [value];
    const inFolder = (folder) => new RegExp(`(?:^|/)${folder}/([0-9a-f-]{36})`, "i").exec(name)?.[1]?.toLowerCase();
    const group = inFolder("members") ?? (context.includes("/members") ? keyOf(context, "connectorGroups") : undefined);
    const assignedTo = inFolder("applications") ?? (/connectorGroups.*\/applications/.test(context) ? keyOf(context, "connectorGroups") : undefined);
    const application = inFolder("connectorGroup") ?? (/applications.*\/connectorGroup$/.test(context) ? keyOf(context, "applications") : undefined);
    if (/organization/.test(context) || /organization/.test(name)) {
      tenant = list[0]?.id ?? tenant;
    } else if (group) {
      for (const { id, ...rest } of list) {
        connectors.set(id, { ...connectors.get(id), ...rest, id });
        memberships.set(id, group);
      }
    } else if (application) {
      assignments.set(application, list[0]?.id);
    } else if (/onPremisesPublishing(?:\)|$|\/)/.test(name) || inFolder("onPremisesPublishing") || list.some((one) => one?.onPremisesPublishing)) {
      for (const one of list) {
        applications.set(one.id, { ...applications.get(one.id), ...one });
        if (one.connectorGroup?.id) assignments.set(one.id, one.connectorGroup.id);
      }
    } else if (list.some((one) => "connectorGroupType" in (one ?? {})) || /connectorGroups/.test(name)) {
      for (const one of list) {
        groups.set(one.id, one);
        for (const member of one.members ?? []) {
          connectors.set(member.id, { ...connectors.get(member.id), ...member });
          memberships.set(member.id, one.id);
        }
        for (const assigned of one.applications ?? []) {
          applications.set(assigned.id, { ...assigned, ...applications.get(assigned.id) });
          assignments.set(assigned.id, one.id);
        }
      }
    } else if (list.some((one) => "machineName" in (one ?? {}))) {
      for (const one of list) {
        connectors.set(one.id, { ...connectors.get(one.id), ...one });
        if (one.memberOf?.[0]?.id) memberships.set(one.id, one.memberOf[0].id);
      }
    } else if (list.some((one) => "appId" in (one ?? {}))) {
      for (const one of list) {
        applications.set(one.id, { ...applications.get(one.id), ...one });
        if (assignedTo) assignments.set(one.id, assignedTo);
        if (one.connectorGroup?.id) assignments.set(one.id, one.connectorGroup.id);
      }
    }
  }
  const all = [...groups.values()];
  const standard = all.find((group) => group.isDefault && (group.connectorGroupType ?? "applicationProxy") === "applicationProxy");
  if (!standard) throw new Error("there is no default connector group among the answers");
  const lines = [{ command: "createTenant", id: tenant, defaultRegion: standard.region ?? "nam", now: NOW, defaultConnectorGroup: { id: standard.id, name: standard.name } }];
  for (const { id, name, region, connectorGroupType = "applicationProxy" } of all) {
    if (id === standard.id) continue;
    const own = connectorGroupType === "applicationProxy";
    lines.push({ tenant, command: own ? "createConnectorGroup" : "provisionConnectorGroup", id, name, region, ...(own ? {} : { connectorGroupType }) });
  }
  for (const { id, machineName = "", externalIp = "", version = "", status } of connectors.values()) {
    lines.push({ tenant, command: "registerConnector", id, machineName, externalIp, version });
    if (status === "inactive") lines.push({ tenant, command: "reportConnector", id, status });
    const group = memberships.get(id);
    if (!group) said(`connector ${machineName || id}: no answer says which group it is in; it is shown in the default group`);
    else if (group !== standard.id) lines.push({ tenant, command: "addConnector", connector: id, connectorGroup: group });
  }
  for (const { id, appId, displayName = "", onPremisesPublishing } of applications.values()) {
    if (!appId) continue;
    lines.push({ tenant, command: "createApplication", id, appId, displayName });
    const group = assignments.get(id);
    if (!onPremisesPublishing && !group) continue;
    // Of publishing the page keeps what it shows; defaults stand for the rest.
    const kept = Object.fromEntries(PUBLISHING.filter((name) => onPremisesPublishing?.[name] != null).map((name) => [name, onPremisesPublishing[name]]));
    lines.push({ tenant, command: "publishApplication", application: id, onPremisesPublishing: kept });
    if (group && group !== standard.id) lines.push({ tenant, command: "addApplication", application: id, connectorGroup: group });
  }
  return lines;
}

const id = (kind, number) => `${kind}000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

/** A tenant of 100,000 applications in 200 groups with 500 connectors, as lines. */
export function largeTenant(applications = 100_000, groups = 200, connectors = 500) {
  const regions = ["eur", "nam", "asia", "aus", "ind"];
  const tenant = TENANT;
  const group = (number) => id("60", number);
  const lines = [{ command: "createTenant", id: tenant, defaultRegion: "eur", now: NOW, defaultConnectorGroup: { id: group(0) } }];
  const numbered = (number, digits) => String(number).padStart(digits, "0");
  for (let number = 1; number < groups; number += 1) {
    lines.push({ tenant, command: "createConnectorGroup", id: group(number), name: `Site ${numbered(number, 3)}`, region: regions[number % regions.length] });
  }
  for (let number = 0; number < connectors; number += 1) {
    const connector = id("c0", number);
    lines.push({ tenant, command: "registerConnector", id: connector, machineName: `proxy-${numbered(number, 3)}`, externalIp: `192.0.2.${number % 250}`, version: "1.5.4287.0" });
    if (number % 17 === 5) lines.push({ tenant, command: "reportConnector", id: connector, status: "inactive" });
    if (number % groups > 0) lines.push({ tenant, command: "addConnector", connector, connectorGroup: group(number % groups) });
  }
  const assigned = Array.from({ length: groups }, () => []);
  for (let number = 0; number < applications; number += 1) {
    const application = id("a0", number);
    const host = `app${numbered(number, 6)}`;
    lines.push({ tenant, command: "createApplication", id: application, appId: id("aa", number), displayName: `Application ${numbered(number, 6)}` });
    const onPremisesPublishing = { internalUrl: `https://${host}.contoso.local/`, externalUrl: `https://${host}-contoso.msappproxy.net/` };
    lines.push({ tenant, command: "publishApplication", application, onPremisesPublishing });
    assigned[number % groups].push(application);
  }
  for (const [number, ids] of assigned.entries()) {
    if (number > 0 && ids.length > 0) lines.push({ tenant, command: "reassignApplications", applications: { ids }, connectorGroup: group(number) });
  }
  return lines;
}

// The page: a tenant in this tab, what a change would do to it, plans, and the way back.

import { Directory, EngineError, load } from "../src/index.js";
import { isAnswer, largeTenant, linesOfAnswers, values } from "./export.js";
import { contoso, hazards, refusals, rules } from "./data.js";

const PROXY = "onPremisesPublishingProfiles/applicationProxy";
const ROW = 34;
const UNDO_MAX = 200;
const STATES = { highlyAvailable: "highly available", atRisk: "at risk", unavailable: "unavailable" };
const $ = (name) => document.getElementById(name);

let directory;
let tenant;
/** Snapshots from which Undo goes back, with what was done since. A snapshot costs next to nothing. */
let past = [];
let groups = [];
let selected;
let carried;

/** An element with text and no markup: whatever a name says, it is a text. */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

const say = (text) => ($("said").textContent = text);
const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

/** What the engine answers to a GET of Graph, with the properties that the reference pages have. */
function read(path) {
  const call = { requestId: "00000000-0000-4000-8000-000000000000", anonymous: tenant, documented: true, pageSizeMax: 1000 };
  const bytes = directory.respond(`GET https://graph.microsoft.com/beta/${path}\nConsistencyLevel: eventual\n:call: ${JSON.stringify(call)}\n\n`);
  const text = new TextDecoder().decode(bytes);
  const end = text.indexOf("\n\n");
  const body = text.slice(end + 2);
  if (!text.startsWith("200")) throw new Error(`${path}: ${body}`);
  return body.startsWith("{") ? JSON.parse(body) : Number(body);
}

function all(path) {
  const found = [];
  for (let skip = 0; ; skip += 1000) {
    const { value } = read(`${path}${path.includes("?") ? "&" : "?"}$top=1000&$skip=${skip}`);
    found.push(...value);
    if (value.length < 1000) return found;
  }
}

const groupNamed = (id) => groups.find((group) => group.id === id)?.name ?? id;

function availability(members) {
  const active = members.filter(({ status }) => status === "active").length;
  return active === 0 ? "unavailable" : active === 1 ? "atRisk" : "highlyAvailable";
}

/** Everything on the page as the directory is now. */
function show() {
  groups = all(`${PROXY}/connectorGroups`).map((group) => {
    const path = `${PROXY}/connectorGroups/${group.id}`;
    return { ...group, members: all(`${path}/members`), applications: read(`${path}/applications/$count`) };
  });
  const connectors = groups.reduce((count, group) => count + group.members.length, 0);
  $("tenant").textContent = `${plural(groups.length, "group")}, ${plural(connectors, "connector")}, ${plural(read("applications/$count"), "application")}`;
  $("groups").replaceChildren(...groups.map(card));
  const target = $("target").value;
  $("target").replaceChildren(...groups.map(({ id, name }) => element("option", { value: id, textContent: name })));
  if (groups.some(({ id }) => id === target)) $("target").value = target;
  $("undo").disabled = past.length === 0;
  $("undo").textContent = past.length === 0 ? "Undo" : `Undo (${past.length})`;
  $("copy").disabled = past.length === 0;
  $("done").replaceChildren(...past.map(({ words }) => element("li", { textContent: words })));
  rows.reset();
}

function card(group) {
  const state = availability(group.members);
  const count = element("p", {}, `${group.region} · `, element("span", { className: `state ${state}`, textContent: STATES[state] }), ` · ${plural(group.applications, "application")}`);
  const made = element("div", { className: "group" }, element("h3", { textContent: group.name + (group.isDefault ? " (default)" : "") }), count, element("ul", {}, ...group.members.map(connector)));
  made.dataset.id = group.id;
  return made;
}

function connector({ id, machineName, status }) {
  const made = element("li", { className: `connector ${status}`, draggable: true, tabIndex: 0, textContent: machineName || id });
  made.dataset.id = id;
  made.setAttribute("role", "button");
  made.setAttribute("aria-pressed", "false");
  made.setAttribute("aria-describedby", "how");
  if (status !== "active") made.setAttribute("aria-label", `${machineName || id}, inactive`);
  return made;
}

const move = (connectorId, groupId) => ask([{ tenant, command: "addConnector", connector: connectorId, connectorGroup: groupId }]);

// Dragging, with a pointer or with keys.
const cards = () => [...document.querySelectorAll(".group")];
const mark = (target) => cards().forEach((one) => one.classList.toggle("over", one === target));
const held = () => document.querySelector('.connector[aria-pressed="true"]');

$("groups").addEventListener("dragstart", (event) => {
  carried = event.target.dataset?.id;
  event.dataTransfer?.setData("text/plain", event.target.textContent);
});
$("groups").addEventListener("dragover", (event) => {
  const target = event.target.closest(".group");
  if (!carried || !target) return;
  event.preventDefault();
  mark(target);
});
$("groups").addEventListener("drop", (event) => {
  const target = event.target.closest(".group");
  if (!carried || !target) return;
  event.preventDefault();
  move(carried, target.dataset.id);
});
addEventListener("dragend", () => {
  carried = undefined;
  mark();
});

$("groups").addEventListener("keydown", (event) => {
  const item = event.target.closest(".connector");
  if (!item) return;
  const isPut = event.key === " " || event.key === "Enter";
  const list = cards();
  const over = list.findIndex((one) => one.classList.contains("over"));
  if (!held() && isPut) {
    item.setAttribute("aria-pressed", "true");
    mark(item.closest(".group"));
    say(`${item.textContent} is picked up. The arrows choose a group.`);
  } else if (held() && isPut) {
    put(() => move(item.dataset.id, list[over].dataset.id));
  } else if (held() && event.key === "Escape") {
    put(() => say("Left where it was."));
  } else if (held() && event.key.startsWith("Arrow")) {
    const step = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : -1;
    const next = list[(over + step + list.length) % list.length];
    mark(next);
    next.scrollIntoView({ block: "nearest" });
    say(`Over ${next.querySelector("h3").textContent}.`);
  } else return;
  event.preventDefault();
});
$("groups").addEventListener("focusout", () => put(() => {}));

function put(act) {
  held()?.setAttribute("aria-pressed", "false");
  mark();
  act();
}

/** A command in words. `made` has the names of groups that commands before it make. */
function told({ command, tenant: _, ...fields }, made = new Map()) {
  const connectorNamed = (id) => groups.flatMap(({ members }) => members).find((one) => one.id === id)?.machineName ?? id;
  const groupCalled = (id) => made.get(id) ?? groupNamed(id);
  const to = () => groupCalled(fields.connectorGroup);
  const chosen = (what, { ids, in: from, all, inRegion, named }) => {
    if (ids) return ids.length === 1 && what === "connector" ? connectorNamed(ids[0]) : plural(ids.length, what);
    if (from) return `all ${what}s of ${groupCalled(from)}`;
    if (inRegion) return `all ${what}s in ${inRegion}`;
    return all ? `all ${what}s` : `${what}s whose name begins with ${named}`;
  };
  switch (command) {
    case "createConnectorGroup":
      made.set(fields.id, fields.name);
      return `new group ${fields.name}${fields.region ? ` in ${fields.region}` : ""}`;
    case "updateConnectorGroup":
      return `${groupCalled(fields.id)}: ${[fields.name && `named ${fields.name}`, fields.region && `in region ${fields.region}`].filter(Boolean).join(", ")}`;
    case "deleteConnectorGroup":
      return `${groupCalled(fields.id)} is deleted`;
    case "addConnector":
      return `${connectorNamed(fields.connector)} moves to ${to()}`;
    case "moveConnectors":
      return `${chosen("connector", fields.connectors)} move to ${to()}`;
    case "addApplication":
      return `${rows.named(fields.application)} is assigned to ${to()}`;
    case "reassignApplications":
      return `${chosen("application", fields.applications)} are assigned to ${to()}`;
    case "assignApplications":
      return `${plural(fields.assignments.length, "application")} are assigned`;
    default:
      return `${command} ${JSON.stringify(fields)}`;
  }
}

/** Shows what commands would do, and lets somebody do it. */
function ask(lines) {
  const box = $("impact");
  const question = lines.length === 1 ? lines[0] : { tenant, command: "transaction", commands: lines.map(({ tenant: _, ...command }) => command) };
  const { impact, refused } = directory.impact(question);
  const title = element("p", {}, element("strong", { textContent: lines.length === 1 ? told(lines[0]) : plural(lines.length, "step") }));
  if (refused) {
    box.replaceChildren(title, refusal(refused));
    say(`Refused: ${refused.code}.`);
    return;
  }
  const found = impact.hazards.map((one) => element("li", { className: one.hazard === "noActiveConnector" ? "unavailable" : "atRisk", textContent: hazardTold(one) }));
  const changes = impact.connectorGroups.filter(({ before, after }) => before?.availability !== after?.availability || before?.applications !== after?.applications || before?.connectors !== after?.connectors);
  const standing = (one) => (one ? `${STATES[one.availability]}, ${one.activeConnectors} of ${plural(one.connectors, "connector")} active, ${plural(one.applications, "application")}` : "not there");
  const list = changes.map(({ id, before, after }) => element("li", { textContent: `${groupNamed(id)}: ${standing(before)} → ${standing(after)}` }));
  const affected = impact.applications.length;
  const go = element("button", { className: "main", id: "go", textContent: "Do it" });
  go.addEventListener("click", () => done(lines));
  const leave = element("button", { id: "leave", textContent: "Leave it" });
  leave.addEventListener("click", () => box.replaceChildren(element("p", { className: "hint", textContent: "Nothing was changed." })));
  box.replaceChildren(
    title,
    element("p", { textContent: list.length === 0 && found.length === 0 ? "Nothing changes for anybody." : `${plural(affected, "application")} served differently.` }),
    element("ul", {}, ...found, ...list),
    element("p", { className: "bar" }, go, leave),
  );
  say(found.length > 0 ? `Possible, with ${plural(found.length, "hazard")}.` : "Possible.");
  go.focus({ preventScroll: true });
}

function hazardTold({ hazard, applications, connectorGroup, application }) {
  const where = connectorGroup ? ` in ${groupNamed(connectorGroup)}` : "";
  const words = { noActiveConnector: "without an active connector", oneActiveConnector: "with one active connector", defaultInUse: "come to rest in the default group", wildcardRegion: `${application} needs another DNS record` };
  return `${applications === undefined ? "" : `${plural(applications, "application")} `}${words[hazard] ?? hazard}${where} (${hazards[hazard] ?? "?"})`;
}

/** A refusal with the rule behind it, word for word as the rules document has it. */
function refusal(refused) {
  const reasons = refused.code === "bulk" ? refused.refused.map(({ reason }) => reason) : refused.code === "transaction" ? [refused.reason] : [refused];
  const numbers = [...new Set(reasons.flatMap(({ code }) => refusals[code] ?? ["T4"]))];
  const fields = Object.entries(reasons[0]).filter(([name]) => name !== "code").map(([name, value]) => `${name} ${typeof value === "string" ? groupNamed(value) : JSON.stringify(value)}`);
  const found = numbers.flatMap((number) => [element("dt", { textContent: `${number} (${rules[number].grade})` }), element("dd", { textContent: rules[number].statement })]);
  const code = [...new Set(reasons.map(({ code }) => code))].join(", ");
  return element("div", { className: "refused" }, element("p", { className: "unavailable", textContent: `Refused: ${code}` }), element("p", { textContent: fields.join(", ") }), element("dl", {}, ...found));
}

function done(lines) {
  const words = lines.length === 1 ? told(lines[0]) : `${lines.length} steps of a plan`;
  const snapshot = directory.snapshot();
  const answers = directory.apply(...lines);
  const wrong = answers.find((answer) => !answer.accepted);
  if (wrong) {
    directory.restore(snapshot);
    snapshot.free();
    $("impact").replaceChildren(wrong.refused ? refusal(wrong.refused) : element("p", { textContent: wrong.invalid }));
    return;
  }
  past.push({ snapshot, lines, words });
  while (past.length > UNDO_MAX) past.shift().snapshot.free();
  $("impact").replaceChildren(element("p", { className: "hint", textContent: "Done. Undo takes it back." }));
  show();
  say("Done.");
}

$("undo").addEventListener("click", () => {
  const last = past.pop();
  if (!last) return;
  directory.restore(last.snapshot);
  last.snapshot.free();
  show();
  say("Taken back.");
});
$("copy").addEventListener("click", async () => {
  const text = past.flatMap(({ lines }) => lines).map((line) => JSON.stringify(line)).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    say("What was done is on the clipboard, as lines of the replay format.");
  } catch {
    $("text").value = text;
    $("dialog").showModal();
  }
});

/** The list of applications: of a hundred thousand, the few rows that are seen are there. */
const rows = {
  filter: "",
  count: 0,
  shown: new Map(),
  reset() {
    this.filter = $("search").value.trim();
    const filter = this.filter ? `?$filter=${encodeURIComponent(`startswith(displayName,'${this.filter.replaceAll("'", "''")}')`)}` : "";
    this.count = read(`applications/$count${filter}`);
    $("applications-count").textContent = `(${this.count.toLocaleString("en")})`;
    $("height").style.height = `${this.count * ROW}px`;
    this.shown.forEach((row) => row.remove());
    this.shown.clear();
    this.draw();
  },
  draw() {
    const list = $("list");
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5);
    const end = Math.min(this.count, first + Math.ceil(list.clientHeight / ROW) + 10);
    for (const [at, row] of this.shown) {
      if (at < first || at >= end) {
        row.remove();
        this.shown.delete(at);
      }
    }
    let missing = first;
    while (missing < end && this.shown.has(missing)) missing += 1;
    if (missing === end) return;
    const filter = this.filter ? `&$filter=${encodeURIComponent(`startswith(displayName,'${this.filter.replaceAll("'", "''")}')`)}` : "";
    const query = `applications?$select=id,displayName,onPremisesPublishing&$expand=connectorGroup($select=id,name)&$skip=${missing}&$top=${end - missing}${filter}`;
    for (const [number, application] of read(query).value.entries()) {
      const at = missing + number;
      if (!this.shown.has(at)) this.shown.set(at, this.row(at, application));
    }
    $("height").append(...this.shown.values());
  },
  row(at, { id, displayName, onPremisesPublishing, connectorGroup }) {
    const made = element("div", { className: "row" }, ...[displayName || id, onPremisesPublishing?.externalUrl ?? "not published", connectorGroup?.name ?? "—"].map((textContent) => element("span", { textContent, title: textContent })));
    made.style.top = `${at * ROW}px`;
    made.dataset.id = id;
    made.dataset.at = at;
    made.setAttribute("role", "option");
    made.setAttribute("aria-posinset", at + 1);
    made.setAttribute("aria-setsize", this.count);
    made.setAttribute("aria-selected", String(id === selected));
    return made;
  },
  named(id) {
    return read(`applications/${id}?$select=displayName`).displayName || id;
  },
  select(row) {
    selected = row?.dataset.id;
    this.shown.forEach((one) => one.setAttribute("aria-selected", String(one.dataset.id === selected)));
    $("assign").disabled = !selected;
  },
};

let drawing = false;
$("list").addEventListener("scroll", () => {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    rows.draw();
  });
});
new ResizeObserver(() => tenant && rows.draw()).observe($("list"));
$("list").addEventListener("click", (event) => rows.select(event.target.closest(".row")));
$("list").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  const now = [...rows.shown.values()].find((row) => row.dataset.id === selected);
  const first = Math.ceil($("list").scrollTop / ROW);
  const at = now ? Number(now.dataset.at) + (event.key === "ArrowDown" ? 1 : -1) : first;
  if (at < 0 || at >= rows.count) return;
  const list = $("list");
  if (at * ROW < list.scrollTop) list.scrollTop = at * ROW;
  if ((at + 1) * ROW > list.scrollTop + list.clientHeight) list.scrollTop = (at + 1) * ROW - list.clientHeight;
  rows.draw();
  rows.select(rows.shown.get(at));
});
let waiting;
$("search").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    $("list").scrollTop = 0;
    rows.reset();
  }, 120);
});
$("assign").addEventListener("click", () => ask([{ tenant, command: "addApplication", application: selected, connectorGroup: $("target").value }]));

$("plan").addEventListener("click", () => {
  const steps = $("steps");
  $("run").disabled = true;
  try {
    const newIds = Array.from({ length: 20 }, () => crypto.randomUUID?.() ?? fallbackId());
    const answer = directory.plan({ tenant, desired: JSON.parse($("desired").value), newIds });
    if (answer.plan) {
      const { steps: commands, outages, best } = answer.plan;
      const lines = commands.map((command) => ({ tenant, ...command }));
      const made = new Map();
      steps.replaceChildren(...commands.map((command, at) => {
        const cut = outages.filter(({ step }) => step === at).reduce((count, outage) => count + outage.applications.length, 0);
        return element("li", {}, told(command, made), cut > 0 ? element("span", { className: "unavailable", textContent: ` — cuts off ${plural(cut, "application")}` }) : "");
      }));
      $("run").disabled = commands.length === 0;
      $("run").onclick = () => ask(lines);
      say(commands.length === 0 ? "It is so already." : `${plural(commands.length, "step")}${best ? ", and no plan is better" : ""}.`);
    } else {
      steps.replaceChildren(element("li", { className: "unavailable", textContent: JSON.stringify(answer.unreachable ?? answer.refused) }));
      say("There is no plan.");
    }
  } catch (error) {
    steps.replaceChildren(element("li", { className: "unavailable", textContent: error.message }));
    say("That is no desired state.");
  }
});

function fallbackId() {
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));
}

/** A tenant in place of the present one. */
function begin(next, id, notes) {
  tenant = id;
  past.forEach(({ snapshot }) => snapshot.free());
  past = [];
  selected = undefined;
  directory?.free();
  directory = next;
  $("search").value = "";
  $("list").scrollTop = 0;
  $("steps").replaceChildren();
  $("impact").replaceChildren(element("p", { className: "hint", textContent: "Nothing is asked yet." }), ...notes.slice(0, 20).map((note) => element("p", { className: "hint", textContent: note })));
  show();
  const other = groups.find(({ isDefault }) => !isDefault);
  $("desired").value = JSON.stringify({ connectorGroups: [{ name: other?.name ?? "Datacenter A", region: other?.region === "asia" ? "eur" : "asia" }] }, null, 2);
  say(notes.length > 0 ? `Read, with ${plural(notes.length, "note")}.` : "Read.");
}

const LINES_AT_ONCE = 10_000;

async function beginWithLines(lines, notes = []) {
  const next = new Directory({ hashSeed: seed() });
  for (let start = 0; start < lines.length; start += LINES_AT_ONCE) {
    const part = lines.slice(start, start + LINES_AT_ONCE).map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
    const answers = new TextDecoder().decode(next.applyLines(part.join("\n"))).split("\n");
    for (let number = 0; number < part.length; number += 1) {
      if (!answers[number].startsWith('{"accepted"')) notes.push(`line ${start + number + 1}: ${answers[number]}`);
    }
    if (lines.length > LINES_AT_ONCE) {
      say(`Read ${Math.min(lines.length, start + LINES_AT_ONCE).toLocaleString("en")} of ${lines.length.toLocaleString("en")} lines…`);
      await seen();
    }
  }
  const created = lines.map((line) => (typeof line !== "string" ? line : line.includes('"createTenant"') ? JSON.parse(line) : {})).find(({ command }) => command === "createTenant");
  if (!created) throw new Error("there is no line that creates a tenant");
  begin(next, created.id, notes);
}

/** After what was said is on the screen. */
const seen = () => new Promise((resume) => requestAnimationFrame(() => setTimeout(resume)));

function beginWithDocument(text) {
  const next = new Directory({ hashSeed: seed(), document: text });
  const { tenants: [first] = [], id } = JSON.parse(text);
  begin(next, first?.id ?? id, []);
}

const seed = () => crypto.getRandomValues(new BigUint64Array(1))[0];

/** Whatever somebody has: a document, lines, or answers of Graph. Each file has a name. */
async function beginWith(files) {
  const notes = [];
  const text = files.map(({ text }) => text).join("\n");
  try {
    if (files.length === 1 && /^\s*\{/.test(text) && /"(defaultRegion|tenants)"/.test(text.slice(0, 400)) && !/"command"/.test(text.slice(0, 400))) {
      beginWithDocument(text);
      return;
    }
    if (/^\s*\{[^\n]*"command"\s*:/.test(text)) return await beginWithLines(text.split("\n").filter((line) => line.trim() !== ""), notes);
    const answers = files.flatMap(({ name, text }) => values(text).map((value) => ({ name, value }))).filter(({ name, value }) => isAnswer(value) || name);
    if (answers.length === 0) throw new Error("it is no document, no lines and no answers of Graph");
    return await beginWithLines(linesOfAnswers(answers, (note) => notes.push(note)), notes);
  } catch (error) {
    const violations = error instanceof EngineError && error.violations ? error.violations.map(({ violation }) => violation) : [error.message];
    $("impact").replaceChildren(element("div", { className: "refused" }, element("p", { className: "unavailable", textContent: "It cannot be read." }), element("ul", {}, ...violations.slice(0, 50).map((textContent) => element("li", { textContent })))));
    say(`It cannot be read: ${violations[0]}`);
  }
}

$("paste").addEventListener("click", () => {
  $("text").value = "";
  $("dialog").returnValue = "";
  $("dialog").showModal();
});
$("dialog").addEventListener("close", () => {
  if ($("dialog").returnValue === "read") beginWith([{ name: "", text: $("text").value }]);
});
async function beginWithFiles({ target }) {
  const files = [...target.files].filter(({ name }) => /\.(json|jsonl)$/.test(name));
  const texts = await Promise.all(files.map((file) => file.text()));
  target.value = "";
  if (files.length > 0) beginWith(files.map((file, at) => ({ name: files.length === 1 ? "" : file.webkitRelativePath || file.name, text: texts[at] })));
}
$("open").addEventListener("click", () => $("files").click());
$("files").addEventListener("change", beginWithFiles);
$("folder").addEventListener("click", () => $("folders").click());
$("folders").addEventListener("change", beginWithFiles);
$("contoso").addEventListener("click", () => beginWith([{ name: "", text: contoso }]));
$("large").addEventListener("click", async () => {
  say("Making 100,000 applications…");
  await seen();
  await beginWithLines(largeTenant());
});

load().then(() => beginWith([{ name: "", text: contoso }]));

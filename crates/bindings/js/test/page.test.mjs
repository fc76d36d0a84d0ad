// The page in a real browser, from `file:`. `npm run page` has made it. Where there is no Chromium, that is said.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const file = new URL("../dist/connector-groups.html", import.meta.url);
const places = (process.env.PATH ?? "").split(":").flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)));
const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
const skip = executablePath ? false : "NOT RUN: there is no Chromium here";

let browser;
let page;
const complaints = [];

before(async () => {
  if (skip) return;
  execFileSync(process.execPath, [fileURLToPath(new URL("../scripts/page.mjs", import.meta.url))]);
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(180_000);
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => request.url() === file.href || complaints.push(`asks for ${request.url()}`));
  await page.goto(file.href);
  await said("Read.");
});

after(async () => {
  await browser?.close();
});

/** Waits until the page says it, and takes it away: what an earlier act left there satisfies nobody that waits after. */
async function said(text) {
  const line = page.locator("#said", { hasText: text });
  await line.waitFor();
  return line.evaluate((element) => {
    const told = element.textContent;
    element.textContent = "";
    return told;
  });
}

const group = (name) => page.locator(".group").filter({ has: page.locator("h3", { hasText: name }) });
const connectorsIn = (name) => group(name).locator(".connector").allTextContents();
const statement = (id) => readFileSync(join(root, "src/docs/rules.jsonl"), "utf8").split("\n").map((line) => line && JSON.parse(line)).find((rule) => rule.id === id).statement;

/** Two groups of the service, the first with a connector, neither of a type that is read-only. */
async function twoGroups() {
  const names = await page.locator(".group h3").allTextContents();
  const counts = await page.locator(".group").evaluateAll((cards) => cards.map((card) => card.querySelectorAll(".connector").length));
  const from = names.findIndex((_, at) => counts[at] > 0);
  const to = names.findIndex((name, at) => at !== from && counts[at] > 0);
  return [names[from], names[to]];
}

test("a connector is dragged, and the move is taken back", { skip }, async () => {
  const [from, to] = await twoGroups();
  const before = [await connectorsIn(from), await connectorsIn(to)];
  await group(from).locator(".connector").first().dragTo(group(to).locator("h3"));
  await said("Possible");
  assert.match(await page.locator("#impact").textContent(), new RegExp(`${before[0][0]} moves to`));
  assert.deepEqual(await connectorsIn(to), before[1], "nothing is done yet");
  await page.locator("#go").click();
  await said("Done.");
  assert.ok((await connectorsIn(to)).includes(before[0][0]));
  await page.locator("#undo").click();
  await said("Taken back.");
  assert.deepEqual([await connectorsIn(from), await connectorsIn(to)], before);
});

test("a connector is moved by keyboard alone", { skip }, async () => {
  const connector = page.locator(".connector").first();
  const name = await connector.textContent();
  await connector.focus();
  await page.keyboard.press("Space");
  assert.equal(await connector.getAttribute("aria-pressed"), "true");
  await page.keyboard.press("ArrowRight");
  const over = await page.locator(".group.over h3").textContent();
  await page.keyboard.press("Escape");
  await said("Left where it was.");
  await connector.focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await said("Possible");
  // The button that does it has the focus.
  await page.keyboard.press("Enter");
  await said("Done.");
  assert.ok((await connectorsIn(over)).includes(name));
  await page.locator("#undo").click();
  await said("Taken back.");
});

test("a refusal has the rule behind it, word for word", { skip }, async () => {
  const lines = [
    { command: "createTenant", id: "7e000000-0000-4000-8000-000000000001", defaultRegion: "eur", now: "2026-03-02T08:00:00Z", defaultConnectorGroup: { id: "9d000000-0000-4000-8000-000000000001" } },
    { tenant: "7e000000-0000-4000-8000-000000000001", command: "provisionConnectorGroup", id: "9d000000-0000-4000-8000-000000000002", name: "<img src=x onerror=alert(1)>", connectorGroupType: "syncFabric" },
    { tenant: "7e000000-0000-4000-8000-000000000001", command: "registerConnector", id: "c0000000-0000-4000-8000-000000000001", machineName: "conn-1", externalIp: "192.0.2.1", version: "1" },
  ];
  await paste(lines.map((line) => JSON.stringify(line)).join("\n"));
  await group("Default").locator(".connector").dragTo(group("<img").locator("h3"));
  await said("Refused: groupReadOnly.");
  const told = await page.locator("#impact").textContent();
  assert.ok(told.includes("R-49") && told.includes(statement("R-49").replaceAll("`", "`")), told);
  assert.equal(await page.locator("#groups img").count(), 0, "a name is text");
});

async function paste(text) {
  await page.locator("#paste").click();
  await page.locator("#text").fill(text);
  await page.locator("#dialog button[value=read]").click();
  return said(/^(Read[.,]|It cannot)/);
}

test("an export is pasted, answer behind answer", { skip }, async () => {
  const folder = join(root, "examples/plan/import");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith(".json"));
  const texts = files.map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), "utf8"));
  assert.match(await paste(texts.join("\n")), /^Read/);
  assert.deepEqual(await connectorsIn("Datacenter A"), ["proxy-01.fabrikam.local", "proxy-02.fabrikam.local"]);
  assert.match(await page.locator("#tenant").textContent(), /4 groups, 3 connectors, 4 applications/);
  assert.match(await paste("{}"), /^It cannot be read/);
});

test("a plan is shown, done and taken back", { skip }, async () => {
  await page.locator("#contoso").click();
  await said(/^Read[.,]/);
  const before = await page.locator("#groups").textContent();
  await page.locator("#plan").click();
  await page.locator("#steps li").first().waitFor();
  assert.ok((await page.locator("#steps li").count()) >= 1);
  await page.locator("#run").click();
  await page.locator("#go").click();
  await said("Done.");
  assert.notEqual(await page.locator("#groups").textContent(), before);
  await page.locator("#undo").click();
  await said("Taken back.");
  assert.equal(await page.locator("#groups").textContent(), before);
  if (process.env.PAGE_PICTURE) {
    const [from, to] = await twoGroups();
    await group(from).locator(".connector").first().dragTo(group(to).locator("h3"));
    await page.screenshot({ path: process.env.PAGE_PICTURE });
  }
});

test("of 100,000 applications the rows that are seen are there", { skip }, async (context) => {
  await page.locator("#large").click();
  await page.locator("#applications-count", { hasText: "(100,000)" }).waitFor();
  const rows = page.locator(".row");
  assert.ok((await rows.count()) < 80);
  await page.locator("#list").evaluate((list) => (list.scrollTop = 34 * 50_000));
  await page.locator(".row", { hasText: "Application 050000" }).waitFor();
  assert.ok((await rows.count()) < 80);
  await page.locator("#search").fill("Application 09999");
  await page.locator("#applications-count", { hasText: "(10)" }).waitFor();
  await page.locator(".row", { hasText: "Application 099995" }).click();
  await page.locator("#target").selectOption({ label: "Site 001" });
  await page.locator("#assign").click();
  await page.locator("#go").click();
  await said("Done.");
  assert.match(await page.locator(".row", { hasText: "Application 099995" }).textContent(), /Site 001/);
  // How long what somebody waits for takes, for the document; nothing depends on it.
  const times = await page.evaluate(async () => {
    const timed = async (act) => {
      const start = performance.now();
      act();
      await new Promise((resume) => requestAnimationFrame(() => setTimeout(resume)));
      return Math.round(performance.now() - start);
    };
    const $ = (name) => document.getElementById(name);
    $("search").value = "";
    $("search").dispatchEvent(new Event("input"));
    await new Promise((resume) => setTimeout(resume, 1000));
    return { scroll: await timed(() => ($("list").scrollTop = 34 * 70_000)), undo: await timed(() => $("undo").click()) };
  });
  context.diagnostic(`100,000 applications: ${JSON.stringify(times)} ms`);
  if (process.env.PAGE_PICTURE) await page.screenshot({ path: process.env.PAGE_PICTURE.replace(".png", "-large.png") });
});

test("nothing was asked of any other place, and nothing went wrong", { skip }, () => {
  assert.deepEqual(complaints, []);
});

// The emulator's page in a real browser, without a window.
//
//     node page.mjs URL CHROMIUM PICTURE.png
//
// Ends with exit status 0 where the page shows what is there, as text, and runs nothing. The emulator must run with
// --control, over plain HTTP.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

// The packages are installed where the lock file's copy is, not beside this file.
const { chromium } = createRequire(`${process.cwd()}/`)("playwright-core");

const [url, executablePath, picture] = process.argv.slice(2);
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const args = [...quiet, "--disable-component-update", "--disable-sync"];

const [tenant, defaultGroup, group] = [randomUUID(), randomUUID(), randomUUID()];
const hostile = `<img src=x onerror="document.title='run'">&amp;'"`;
const lines = [
  { command: "createTenant", id: tenant, defaultRegion: "eur", now: "2026-03-02T08:00:00Z", defaultConnectorGroup: { id: defaultGroup } },
  { tenant, command: "createConnectorGroup", id: group, name: hostile },
];
const connectors = [randomUUID(), randomUUID(), randomUUID()];
for (const [index, id] of connectors.entries()) {
  lines.push({ tenant, command: "registerConnector", id, machineName: `conn-${index}`, externalIp: "203.0.113.7", version: "1.5.4287.0" });
}
lines.push({ tenant, command: "addConnector", connector: connectors[0], connectorGroup: group });
lines.push({ tenant, command: "addConnector", connector: connectors[1], connectorGroup: group });
lines.push({ tenant, command: "reportConnector", id: connectors[1], status: "inactive" });
for (let index = 0; index < 230; index += 1) {
  const id = randomUUID();
  const internalUrl = `https://app${index}.contoso.local/`;
  const externalUrl = `https://app${index}-contoso.msappproxy.net/`;
  lines.push({ tenant, command: "createApplication", id, appId: randomUUID(), displayName: `Application ${index}` });
  lines.push({ tenant, command: "publishApplication", application: id, onPremisesPublishing: { internalUrl, externalUrl } });
}
const body = lines.map((line) => JSON.stringify(line)).join("\n");
const answers = await (await fetch(new URL("/_control/commands", url), { method: "POST", body })).text();
for (const answer of answers.trim().split("\n")) assert.ok("accepted" in JSON.parse(answer), answer);

const browser = await chromium.launch({ executablePath, args, headless: true });
try {
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(request.url()));

  await page.goto(url);
  assert.equal(await page.locator("caption").textContent().then((text) => text.startsWith("Tenants: ")), true);
  await page.getByRole("link", { name: tenant }).click();
  await page.waitForURL(`**/?tenant=${tenant}`);
  const row = (name) => page.getByRole("row").filter({ hasText: name });
  assert.equal(await row("default").getByRole("cell").last().textContent(), "at risk");
  assert.equal(await row("onerror").getByRole("cell").last().textContent(), "at risk");
  assert.equal(await row("onerror").getByRole("link").textContent(), hostile, "a name is text, whatever it says");
  const colour = await row("default").locator(".state").evaluate((label) => getComputedStyle(label).backgroundColor);
  assert.notEqual(colour, "rgba(0, 0, 0, 0)", "the style is not there");

  await page.getByRole("link", { name: hostile }).click();
  assert.equal(await page.locator("h1").textContent(), hostile);
  assert.equal(await row("conn-0").getByRole("cell").last().textContent(), "active");
  assert.equal(await row("conn-1").getByRole("cell").last().textContent(), "inactive");
  await page.screenshot({ path: picture.replace(".png", "-group.png"), fullPage: true });

  // A long list goes over pages.
  await page.goto(`${url}?tenant=${tenant}&group=${defaultGroup}`);
  const seen = new Set();
  for (let pages = 1; ; pages += 1) {
    for (const name of await page.locator("td:first-child").allTextContents()) seen.add(name);
    const next = page.getByRole("link", { name: "Next 100" });
    if ((await next.count()) === 0) {
      assert.equal(pages, 3);
      break;
    }
    await next.click();
  }
  assert.equal(seen.size, 231, "230 applications and the connector");

  const missing = await page.goto(`${url}?tenant=${randomUUID()}`);
  assert.equal(missing.status(), 404);
  assert.deepEqual(complaints.filter((text) => !text.includes("404")), []);
  await page.goto(`${url}?tenant=${tenant}`);
  assert.notEqual(await page.title(), "run");
  await page.screenshot({ path: picture, fullPage: true });
} finally {
  await browser.close();
}
console.log("browser: page: right");

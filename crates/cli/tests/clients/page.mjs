// The emulator's page in a real browser, without a window.
//
//     node page.mjs URL CHROMIUM PICTURE.png
//
// Ends with exit status 0 where the page shows what is there, as text, and runs nothing. The emulator must run with
// --control, over plain HTTP.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

// The packages are installed where the lock file's copy is, not beside this file.
const require = createRequire(`${process.cwd()}/`);
const { chromium } = require("playwright-core");
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

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
  await page.waitForURL(`**/?*group=${group}`);
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
    const following = new URL(await next.getAttribute("href"), page.url());
    await next.click();
    await page.waitForURL(following.href);
  }
  assert.equal(seen.size, 231, "230 applications and the connector");

  // What a failed connector would do, found by keyboard: the link has a name of its own and takes the focus.
  await page.goto(`${url}?tenant=${tenant}&group=${group}`);
  const whatIf = page.getByRole("link", { name: "What if conn-0 failed" });
  await whatIf.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/?tenant=${tenant}&lost=${connectors[0]}`);
  assert.equal(await page.locator("h1").textContent(), "What if conn-0 failed?");
  assert.equal(await row("onerror").getByRole("cell").last().textContent(), "unavailable");

  // The picture: what is drawn is also said.
  await page.goto(`${url}?tenant=${tenant}`);
  await page.getByRole("link", { name: "Picture" }).click();
  await page.getByRole("img", { name: "1 of 2 connectors active" }).waitFor();
  assert.equal(await page.locator("circle.on").count(), 2);
  await page.screenshot({ path: picture.replace(".png", "-picture.png"), fullPage: true });

  // The journal, live where that is asked for, with the rule behind a refusal.
  await page.getByRole("link", { name: "Tenants" }).click();
  await page.getByRole("link", { name: "Journal" }).click();
  await page.getByRole("link", { name: "Read anew every 2 seconds" }).click();
  const groups = "beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups";
  const headers = { authorization: `Bearer ${tenant}`, "user-agent": "<b>page test</b>" };
  await fetch(new URL(`${groups}/${defaultGroup}`, url), { method: "DELETE", headers });
  await page.getByText("R-4: the default group cannot be deleted.").first().waitFor({ timeout: 20_000 });
  await page.getByRole("link", { name: "Stop reading anew" }).click();
  await page.waitForURL("**/?journal");
  assert.equal(await row("<b>page test</b>").first().getByRole("cell").last().textContent(), "400");
  // What a screen reader needs on every page: a language, one heading of the first level, and cells that name their columns.
  for (const query of ["", "?journal", `?tenant=${tenant}`, `?tenant=${tenant}&picture`, `?tenant=${tenant}&lost=${connectors[0]}`]) {
    await page.goto(`${url}${query}`);
    assert.equal(await page.locator("html[lang=en]").count(), 1, query);
    assert.equal(await page.locator("h1").count(), 1, query);
    assert.equal(await page.locator("th:not([scope])").count(), 0, query);
    assert.equal(await page.locator("nav:not([aria-label])").count(), 0, query);
  }

  // Without a mouse: Tab reaches every link, in the order of the page, each is seen to have the focus, and Enter follows it.
  await page.goto(`${url}?tenant=${tenant}&group=${group}`);
  const links = await page.locator("a, summary, pre").evaluateAll((all) => all.map((one) => one.outerHTML));
  for (const expected of links) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => [document.activeElement.outerHTML, getComputedStyle(document.activeElement).outlineStyle]);
    assert.deepEqual(focused, [expected, "solid"]);
  }
  await page.keyboard.press("Shift+Tab");
  assert.equal(await page.evaluate(() => document.activeElement.outerHTML), links.at(-2));
  await page.locator("nav a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL((where) => where.search === "");

  // As a screen reader has it: the tree of what is said, and every rule of axe for WCAG 2.2, in light and in dark.
  await page.goto(`${url}?tenant=${tenant}`);
  const said = await page.locator("main").ariaSnapshot();
  for (const part of [`- navigation "Pages":`, `- heading "Tenant ${tenant}" [level=1]`, `- columnheader "Availability"`, "at risk"]) {
    assert.ok(said.includes(part), `${part} is not in\n${said}`);
  }
  // The page takes no script, so that axe comes as the debugger's, which the page's policy does not reach.
  const wanted = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const query of ["", "?journal", `?tenant=${tenant}`, `?tenant=${tenant}&group=${group}`, `?tenant=${tenant}&picture`, `?tenant=${tenant}&lost=${connectors[0]}`, `?tenant=${randomUUID()}`]) {
      await page.goto(`${url}${query}`);
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), wanted);
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("\n")}`);
      assert.deepEqual(told, [], `${colorScheme} ${query}`);
      assert.ok(passes.length > 10, `axe has looked at ${passes.length} rules only`);
    }
  }

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

// A page of another site in a real browser, which tries to read and to change what the emulator has.
//
//     node hostile.mjs URL CHROMIUM
//
// Ends with exit status 0 where it comes to nothing. The emulator must run with --control, over plain HTTP.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";

// The packages are installed where the lock file's copy is, not beside this file.
const { chromium } = createRequire(`${process.cwd()}/`)("playwright-core");

const url = process.argv[2].replace(/\/$/, "");
const { port } = new URL(url);
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
// The site's name leads to this machine: to its own server by one port, to the emulator by the other.
const args = [...quiet, "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP evil.test 127.0.0.1"];

const site = createServer((request, response) => {
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><title>A site</title>");
});
await new Promise((listens) => site.listen(0, "127.0.0.1", listens));
const state = async () => (await fetch(`${url}/_control/state`)).text();
const before = await state();
const now = "2026-03-02T08:00:00Z";
const defaultConnectorGroup = { id: randomUUID() };
const line = JSON.stringify({ command: "createTenant", id: randomUUID(), defaultRegion: "eur", now, defaultConnectorGroup });

const browser = await chromium.launch({ executablePath: process.argv[3], args });
try {
  const page = await browser.newPage();
  await page.goto(`http://evil.test:${site.address().port}/`);
  const tried = await page.evaluate(
    async ([url, body]) => {
      const read = (path, options) => fetch(`${url}${path}`, options).then((answer) => answer.text(), () => "no answer");
      return [
        await read("/_control/state"),
        await read("/_control/state", { mode: "no-cors" }),
        await read("/"),
        await read("/_control/commands", { method: "POST", body }),
        await read("/_control/commands", { method: "POST", mode: "no-cors", body }),
      ];
    },
    [url, line],
  );
  // A request that a browser makes without asking may have come, but its answer is not for the page.
  assert.ok(tried.every((text) => text === "no answer" || text === ""), tried.join("\n"));
  assert.equal(await state(), before, "a page of another site has changed something");

  // The site's name now leads to the emulator, so that the browser takes its answers for the site's own.
  const answer = await page.goto(`http://evil.test:${port}/`);
  assert.equal(answer.status(), 421);
  const rebound = await page.evaluate(
    async (body) => {
      const statuses = [];
      for (const [path, options] of [["/_control/state"], ["/_control/commands", { method: "POST", body }]]) {
        statuses.push((await fetch(path, options)).status);
      }
      return statuses;
    },
    line,
  );
  assert.deepEqual(rebound, [421, 421]);
  assert.equal(await state(), before, "a rebound name has changed something");
} finally {
  await browser.close();
  site.close();
}
console.log("browser: a page of another site: right");

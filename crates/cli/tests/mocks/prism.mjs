// The emulator's requests a second beside those of Prism, a mock that serves the examples of an OpenAPI document.
//
//     npm install --no-save --prefix /tmp/prism @stoplight/prism-cli@5.16.0
//     node crates/cli/tests/mocks/prism.mjs target/release/connector-groups /tmp/prism/node_modules/.bin/prism
//
// Prism answers what the emulator does, byte for byte, from the document that is written here. It keeps no state.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [emulator, prism, ...options] = process.argv.slice(2);
if (!prism) {
    console.error("usage: node prism.mjs EMULATOR PRISM [options of load]");
    process.exit(2);
}
const tenant = "7e000000-0000-4000-8000-000000000001";
const profile = "/beta/onPremisesPublishingProfiles/applicationProxy";
const port = 4010;

/** Starts a program and waits until a line of its output has this text. */
function started(program, given, text) {
    const child = spawn(program, given, { stdio: ["ignore", "pipe", "inherit"] });
    return new Promise((done, failed) => {
        let said = "";
        child.stdout.on("data", (part) => {
            said += part;
            const line = said.split("\n").find((line) => line.includes(text));
            if (line) done({ child, line: line.trim() });
        });
        child.on("exit", (status) => failed(new Error(`${program} ended with ${status}: ${said}`)));
        child.on("error", failed);
    });
}

const room = mkdtempSync(join(tmpdir(), "prism-"));
const running = [];
try {
    const ours = await started(emulator, ["emulate", "--listen", "127.0.0.1:0", "--quiet", "--seed", "examples/contoso.jsonl"], "http");
    running.push(ours.child);
    const get = async (path) => {
        const answer = await fetch(new URL(path, ours.line), { headers: { authorization: `Bearer ${tenant}` } });
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
        return answer.json();
    };
    const groups = await get(`${profile}/connectorGroups`);
    const example = (content) => ({ 200: { description: "", content: { "application/json": { example: content } } } });
    const requestBody = { content: { "application/json": { schema: { type: "object" } } } };
    const responses = { 204: { description: "" } };
    const id = [{ name: "id", in: "path", required: true, schema: { type: "string" } }];
    const paths = {
        [`${profile}/connectorGroups/{id}`]: {
            get: { parameters: id, responses: example(await get(`${profile}/connectorGroups/${groups.value[0].id}`)) },
        },
        "/beta/applications": { get: { responses: example(await get("/beta/applications")) } },
        "/beta/applications/{id}/connectorGroup/$ref": { put: { parameters: id, requestBody, responses } },
        [`${profile}/connectors/{id}/memberOf/$ref`]: { post: { parameters: id, requestBody, responses } },
    };
    const document = join(room, "graph.json");
    writeFileSync(document, JSON.stringify({ openapi: "3.0.3", info: { title: "Graph", version: "1" }, paths }));
    const mock = await started(prism, ["mock", "--port", `${port}`, "--verboseLevel", "info", document], "Prism is listening");
    running.push(mock.child);
    running.forEach((child) => child.removeAllListeners("exit"));
    // Its log is read, so that it does not wait for a reader.
    const load = spawn(emulator, ["load", "--beside", `127.0.0.1:${port}`, ...options], { stdio: "inherit" });
    process.exitCode = await new Promise((done) => load.on("exit", (status) => done(status ?? 1)));
} finally {
    running.forEach((child) => child.kill());
    rmSync(room, { recursive: true });
}

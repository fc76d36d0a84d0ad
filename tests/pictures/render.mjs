// Parses every .mmd of a folder with Mermaid; where there is a Chromium, draws them too and compares the texts.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { JSDOM } from "jsdom";

const [here, out, tools] = process.argv.slice(2);
const dom = new JSDOM("<!DOCTYPE html><body></body>");
Object.assign(globalThis, { window: dom.window, document: dom.window.document });
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });

const pictures = readdirSync(here).filter((name) => name.endsWith(".mmd"))
    .map((name) => ({ name, text: readFileSync(`${here}/${name}`, "utf8") }));
for (const { name, text } of pictures) {
    const { diagramType } = await mermaid.parse(text);
    if (!diagramType.startsWith("flowchart")) throw new Error(`${name} is read as ${diagramType}`);
}
console.log(`${pictures.length} pictures parsed by Mermaid`);

for (const { name, text } of pictures) {
    const drawing = `${out}/${name.replace(/mmd$/, "dot.svg")}`;
    if (existsSync(drawing)) {
        const svg = new JSDOM(readFileSync(drawing, "utf8"), { contentType: "image/svg+xml" }).window.document;
        assertTexts(name, text, [...svg.querySelectorAll("text")]);
    }
}
console.log("every text is as it should be in what Graphviz has drawn, as far as that is here");

const chromium = ["chromium", "chromium-browser", "google-chrome"].find((program) => {
    try {
        execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
        return true;
    } catch {
        return false;
    }
});
if (chromium === undefined) {
    console.log("NOT RUN: there is no Chromium here to draw with Mermaid");
} else {
    draw(chromium);
}

/// The texts that a picture's lines say, with Mermaid's entities read.
function texts(picture) {
    const read = (text) => text.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(code));
    const labels = [...picture.matchAll(/"([^"]*)"/g)].map((match) => match[1]);
    return labels.flatMap((label) => label.split("<br/>")).map(read);
}

/// Everything that a picture says is said by what was drawn of it.
function assertTexts(name, picture, parts) {
    const plain = (text) => text.replace(/[\s\u2060]+/g, ""); // The word joiner is not to be seen.
    const shown = plain(parts.map((part) => part.textContent).join(" "));
    for (const expected of texts(picture)) {
        if (!shown.includes(plain(expected))) throw new Error(`${name}: the drawing does not say ${expected}`);
    }
}

function draw(program) {
    const script = readFileSync(`${tools}/node_modules/mermaid/dist/mermaid.min.js`, "utf8");
    const page = `${resolve(out)}/mermaid.html`;
    const json = JSON.stringify(pictures).replaceAll("<", "\\u003c");
    writeFileSync(page, `<!DOCTYPE html><meta charset="utf-8"><body></body><script>${script}</script><script>
        const pictures = ${json};
        mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
        (async () => {
            for (const [index, { name, text }] of pictures.entries()) {
                const section = document.createElement("section");
                section.dataset.name = name;
                document.body.append(section);
                try {
                    section.innerHTML = (await mermaid.render("picture" + index, text)).svg;
                } catch (error) {
                    section.textContent = "ERROR " + error;
                }
            }
            document.body.dataset.done = "yes";
        })();
    </script>`);
    const quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000"];
    const options = { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"], timeout: 120000 };
    const html = execFileSync(program, [...quiet, "--dump-dom", `file://${page}`], options);
    const drawn = new JSDOM(html).window.document;
    if (drawn.body.dataset.done !== "yes") throw new Error("Chromium has not finished");
    for (const { name, text } of pictures) {
        const section = [...drawn.querySelectorAll("section")].find((section) => section.dataset.name === name);
        const svg = section.querySelector("svg");
        if (svg === null) throw new Error(`${name}: ${section.textContent}`);
        writeFileSync(`${out}/${name}.svg`, svg.outerHTML);
        assertTexts(name, text, [...svg.querySelectorAll("foreignObject, text")]);
        if (svg.querySelector("script, a, img") !== null) throw new Error(`${name}: a name has become an element`);
    }
    console.log(`${pictures.length} pictures drawn by Mermaid in ${program}, every text as it should be`);
}

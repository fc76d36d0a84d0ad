// The engine in-process: a directory of tenants, commands, and a fetch that answers as Microsoft Graph does.

import { wasm } from "./engine.js";

/** What the engine says of a call that it cannot do. `status` is that of crates/abi; `violations` where a document has some. */
export class EngineError extends Error {
  constructor(status, text) {
    super(text);
    this.name = "EngineError";
    this.status = status;
    if (status === VIOLATIONS) this.violations = JSON.parse(text).violations;
  }
}

const VIOLATIONS = 4;
const ANSWER_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NOTHING = new Uint8Array(0);

function bytesOfEngine() {
  // Node's own is a hundred times as fast; browsers have `atob`.
  if (typeof Buffer === "function") return Buffer.from(wasm, "base64");
  return Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0));
}

let engine;

/**
 * Compiles the engine aside, where the page must not wait. Not needed otherwise: the first call does it, at once.
 */
export async function load() {
  if (!engine) {
    const { instance } = await WebAssembly.instantiate(bytesOfEngine(), {});
    engine ??= new Engine(instance);
  }
}

function loaded() {
  return (engine ??= new Engine(new WebAssembly.Instance(new WebAssembly.Module(bytesOfEngine()), {})));
}

/** The functions of crates/abi, and the memory in which bytes go over. */
class Engine {
  #exports;
  #answer;
  #input = 0;
  #inputData = 0;
  #inputLength = 0;

  constructor(instance) {
    this.#exports = instance.exports;
    this.#answer = this.#exports.cg_buffer_data(this.#exports.cg_buffer(ANSWER_BYTES));
  }

  /** Where bytes lie for one call: in a buffer that is kept, as most calls are short. */
  #given(bytes) {
    if (bytes.length > this.#inputLength) {
      this.#exports.cg_drop(this.#input);
      this.#inputLength = Math.max(4096, bytes.length);
      this.#input = this.#exports.cg_buffer(this.#inputLength);
      this.#inputData = this.#exports.cg_buffer_data(this.#input);
      if (this.#inputData === 0) {
        this.#inputLength = 0;
        throw new EngineError(5, `there is no room for ${bytes.length} bytes`);
      }
    }
    new Uint8Array(this.#exports.memory.buffer, this.#inputData, bytes.length).set(bytes);
    return this.#inputData;
  }

  #call(name, before, bytes) {
    const input = bytes === undefined ? [] : [this.#given(bytes), bytes.length];
    const status = this.#exports[name](...before, ...input, this.#answer);
    // The call may have made the memory grow, and with it a new buffer.
    const [handle, data, length] = new Uint32Array(this.#exports.memory.buffer, this.#answer, 3);
    if (status === 0 && data === 0) return { handle, bytes: NOTHING };
    const answer = new Uint8Array(this.#exports.memory.buffer, data, length).slice();
    this.#exports.cg_drop(handle);
    if (status !== 0) throw new EngineError(status, decoder.decode(answer));
    return { handle: 0, bytes: answer };
  }

  bytes(name, before, bytes) {
    return this.#call(name, before, bytes).bytes;
  }

  directory(name, before, bytes) {
    return this.#call(name, before, bytes).handle;
  }

  restore(directory, snapshot) {
    const status = this.#exports.cg_restore(directory, snapshot);
    if (status !== 0) throw new EngineError(status, "a directory that was freed");
  }

  drop(handle) {
    this.#exports.cg_drop(handle);
  }
}

const bytesOf = (text) => (typeof text === "string" ? encoder.encode(text) : text);
const json = (bytes) => JSON.parse(decoder.decode(bytes));
// A directory that nobody refers to any more is freed, if `free` has not done it.
const forgotten = new FinalizationRegistry((handle) => engine?.drop(handle));

// A snapshot's handle, which nobody else can give.
const HANDLE = Symbol();

/** Tenants by id, each a closed world. */
export class Directory {
  #handle;

  constructor({ hashSeed = 0n, document, [HANDLE]: handle } = {}) {
    const given = document === undefined ? NOTHING : documentBytes(document);
    this.#handle = handle ?? loaded().directory("cg_directory", [BigInt(hashSeed)], given);
    forgotten.register(this, this.#handle, this);
  }

  /** The answer to each command, in order. */
  apply(...commands) {
    return this.#lines("cg_apply", commands);
  }

  /** What each command would do to the directory as it stands, without doing it. */
  decide(...commands) {
    return this.#lines("cg_decide", commands);
  }

  #lines(name, commands) {
    const lines = commands.flat().map((command) => JSON.stringify(command)).join("\n");
    const answers = decoder.decode(loaded().bytes(name, [this.#handle], encoder.encode(lines)));
    return answers.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  /** Lines of the replay format as text or bytes; their answers as bytes, a line each. */
  applyLines(lines) {
    return loaded().bytes("cg_apply", [this.#handle], bytesOf(lines));
  }

  /** As `applyLines`, without doing it. */
  decideLines(lines) {
    return loaded().bytes("cg_decide", [this.#handle], bytesOf(lines));
  }

  /** A request laid out as HTTP/1.1 does to a response laid out so; `graphFetch` is more convenient. */
  respond(request) {
    return loaded().bytes("cg_respond", [this.#handle], bytesOf(request));
  }

  /** The whole directory. */
  document() {
    return json(this.documentBytes());
  }

  documentBytes() {
    return loaded().bytes("cg_document", [this.#handle], NOTHING);
  }

  /** A copy: later changes of the one are not seen in the other. Costs next to nothing. */
  snapshot() {
    return new Directory({ [HANDLE]: loaded().directory("cg_snapshot", [this.#handle]) });
  }

  /** Makes this directory what another one is. */
  restore(snapshot) {
    loaded().restore(this.#handle, snapshot.#handle);
  }

  /** What a command, or `{tenant, loss}`, would change for availability. */
  impact(question) {
    return json(this.ask("impact", JSON.stringify(question)));
  }

  /** The commands that lead to a desired state: `{tenant, desired, options?, newIds?}`. */
  plan(question) {
    return json(this.ask("plan", JSON.stringify(question)));
  }

  /** What sets a tenant here apart from the same tenant in `to`, and the commands that lead there. */
  diff(to, tenant) {
    return json(this.diffBytes(to, JSON.stringify({ tenant })));
  }

  diffBytes(to, question) {
    return loaded().bytes("cg_diff", [this.#handle, to.#handle], bytesOf(question));
  }

  /** `impact` and `plan` as bytes. */
  ask(name, question) {
    return loaded().bytes(`cg_${name}`, [this.#handle], bytesOf(question));
  }

  /** All that is wrong with a document. */
  static audit(document) {
    return json(Directory.auditBytes(documentBytes(document))).violations;
  }

  static auditBytes(document) {
    return loaded().bytes("cg_audit", [], document);
  }

  /** Lets the memory go at once; a directory that is no longer referred to goes by itself, some time. */
  free() {
    loaded().drop(this.#handle);
    forgotten.unregister(this);
    this.#handle = 0;
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.free();
  }
}

const documentBytes = (document) =>
  document instanceof Uint8Array || typeof document === "string" ? bytesOf(document) : encoder.encode(JSON.stringify(document));

/**
 * A function that stands in for `fetch` and answers as Microsoft Graph does. The bearer token is the id of a tenant;
 * `options.anonymous` serves requests without one. The time is the clock's and request ids are random, unless given.
 */
export function graphFetch(directory, options = {}) {
  const { now = () => new Date().toISOString(), requestId = () => globalThis.crypto?.randomUUID?.() ?? fallbackId(), ...call } = options;
  return async (input, init) => {
    const url = typeof input === "string" && input.startsWith("/") ? `https://graph.microsoft.com${input}` : input;
    const request = new Request(url, init);
    const body = new Uint8Array(await request.arrayBuffer());
    let head = `${request.method} ${request.url}\n`;
    for (const [name, value] of request.headers) head += `${name}: ${value}\n`;
    head += `:call: ${JSON.stringify({ now: now(), requestId: requestId(), ...call })}\n\n`;
    const { status, headers, body: answer } = parsed(directory.respond(joined(encoder.encode(head), body)));
    return new Response(answer.length === 0 ? null : answer, { status, headers });
  };
}

/** The last of a client's middleware (@microsoft/microsoft-graph-client): it answers in place of the network. */
export function graphMiddleware(directory, options) {
  const fetch = graphFetch(directory, options);
  return {
    async execute(context) {
      context.response = await fetch(context.request, context.options);
    },
    setNext() {},
  };
}

function joined(first, second) {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** A response as the engine lays it out: the status, headers, a blank line, the body. */
function parsed(bytes) {
  let end = 0;
  while (bytes[end] !== 10 || bytes[end + 1] !== 10) end += 1;
  const [status, ...lines] = decoder.decode(bytes.subarray(0, end)).split("\n");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(status), headers, body: bytes.subarray(end + 2) };
}

/** Node 18 has `crypto` as a module only. */
function fallbackId() {
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));
}

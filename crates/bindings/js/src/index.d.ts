import type { Command, DirectoryDocument, Event, Id, Tenant } from "./types.js";

export type * from "./types.js";

/** Why a command was refused; `code` is stable, the other fields are those of the code. */
export interface Refusal {
  code: string;
  [field: string]: unknown;
}

/** The answer to one command. */
export type Answer = { accepted: Event[] } | { refused: Refusal } | { invalid: string };

export interface Violation {
  tenant: Id;
  violation: string;
}

/** What may fail: its connectors lose their connection. */
export type Loss = { connector: Id } | { connectorGroup: Id } | { region: string };

/** What something would change for availability; the reference of the engine names the fields. */
export type ImpactAnswer = { impact: { [field: string]: unknown } } | { refused: Refusal };

export interface PlanQuestion {
  tenant: Id;
  desired: { connectorGroups?: { [field: string]: unknown }[]; absent?: string[] };
  options?: { aim?: "fewestSteps" | "keepAvailable"; parking?: "apart" | "anywhere" };
  newIds?: Id[];
}

export type PlanAnswer =
  | { plan: { steps: { command: string; [field: string]: unknown }[]; atLeast: number; best: boolean; gaveUp?: { part: string; [field: string]: unknown }; outages: unknown[] } }
  | { unreachable: { reasons: { reason: string; [field: string]: unknown }[]; certain: boolean } }
  | { refused: Refusal };

export type DiffAnswer =
  | { diff: { [field: string]: unknown }; commands: { command: string; [field: string]: unknown }[]; leftovers: unknown[] }
  | { refused: Refusal };

/** What the engine says of a call that it cannot do. */
export class EngineError extends Error {
  readonly status: number;
  readonly violations?: Violation[];
}

/** Compiles the engine aside. Not needed: the first call does it, at once. */
export function load(): Promise<void>;

/** Tenants by id, each a closed world. */
export class Directory {
  /** `hashSeed`: a random one where ids come from strangers. `document`: of a directory or of one tenant. */
  constructor(options?: { hashSeed?: bigint | number; document?: DirectoryDocument | Tenant | string | Uint8Array });
  /** The answer to each command, in order. */
  apply(...commands: (Command | Command[])[]): Answer[];
  /** What each command would do to the directory as it stands, without doing it. */
  decide(...commands: (Command | Command[])[]): Answer[];
  applyLines(lines: string | Uint8Array): Uint8Array;
  decideLines(lines: string | Uint8Array): Uint8Array;
  respond(request: string | Uint8Array): Uint8Array;
  document(): DirectoryDocument;
  documentBytes(): Uint8Array;
  /** A copy: later changes of the one are not seen in the other. */
  snapshot(): Directory;
  /** Makes this directory what another one is. */
  restore(snapshot: Directory): void;
  impact(question: Command | { tenant: Id; loss: Loss }): ImpactAnswer;
  plan(question: PlanQuestion): PlanAnswer;
  diff(to: Directory, tenant: Id): DiffAnswer;
  diffBytes(to: Directory, question: string | Uint8Array): Uint8Array;
  ask(name: "impact" | "plan", question: string | Uint8Array): Uint8Array;
  static audit(document: DirectoryDocument | Tenant | string | Uint8Array): Violation[];
  static auditBytes(document: Uint8Array): Uint8Array;
  /** Lets the memory go at once. */
  free(): void;
}

/** What may differ from one server to another; all are optional. */
export interface GraphOptions {
  /** The time that errors tell; the clock's where absent. */
  now?: () => string;
  /** A GUID a request, from which the ids of what it makes follow; random where absent. */
  requestId?: () => Id;
  /** The tenant of requests whose token is absent or names no tenant. */
  anonymous?: Id;
  /** What Microsoft's pages say in place of what the live service does. */
  documented?: boolean;
  pageSize?: number;
  pageSizeMax?: number;
  bodyBytesMax?: number;
  trustsForwardedHeaders?: boolean;
  emptyGroupApplicationsNotFound?: boolean;
  unpublishedNotEnabled?: boolean;
  connectorlessTenantNotEnabled?: boolean;
}

/** Stands in for `fetch` and answers as Microsoft Graph does. The bearer token is the id of a tenant. */
export function graphFetch(directory: Directory, options?: GraphOptions): typeof fetch;

/** The last of a client's middleware (@microsoft/microsoft-graph-client). */
export function graphMiddleware(
  directory: Directory,
  options?: GraphOptions,
): { execute(context: { request: RequestInfo; options?: RequestInit; response?: Response }): Promise<void>; setNext(): void };

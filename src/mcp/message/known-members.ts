import { foldMemberName } from '../json/folding.ts';

/** How many members an object may have in which some names are known: who means well has a few. */
export const MAX_MEMBERS = 1_000;

/** How many values of one document are built: each takes its time, and its room. */
export const MAX_VALUES = 1_000_000;

/** How many objects of one document are read, without empty ones: to make each takes its time. */
export const MAX_OBJECTS = 50_000;

/** The members by which a server, or a policy, decides at one level of a message. */
export class KnownMembers {
  readonly #exact: ReadonlySet<string>;
  readonly #byFold: ReadonlyMap<string, string>;

  constructor(names: readonly string[]) {
    this.#exact = new Set(names);
    this.#byFold = new Map(names.map((name) => [bare(foldMemberName(name)), name]));
  }

  has(name: string): boolean {
    return this.#exact.has(name);
  }

  /** The known name of which that, in its folded form, is a spelling. */
  meantBy(folded: string): string | undefined {
    return this.#byFold.get(bare(folded));
  }
}

/**
 * A name as one word. Servers that write names in another way than MCP take both: the official one in
 * Python `task_id` for `taskId`, and `meta` for `_meta`. Only where names are known: those of arguments
 * are the tool's own, and `http_proxy` is another one than `http-proxy`.
 */
function bare(name: string): string {
  return /[_-]/.test(name) ? name.replaceAll(/[_-]/g, '') : name;
}

/** The message itself (JSON-RPC 2.0). */
export const MESSAGE_MEMBERS: KnownMembers = new KnownMembers([
  'jsonrpc',
  'id',
  'method',
  'params',
  'result',
  'error',
]);

/** `params`: what names the thing, what is passed to it, and what else decides. */
export const PARAMS_MEMBERS: KnownMembers = new KnownMembers([
  '_meta',
  'argument',
  'arguments',
  'cursor',
  'inputResponses',
  'level',
  'name',
  'protocolVersion',
  'ref',
  'requestId',
  'requestState',
  'task',
  'taskId',
  'uri',
]);

/** `params.ref` of `completion/complete`. */
export const REF_MEMBERS: KnownMembers = new KnownMembers(['name', 'type', 'uri']);

/** What begins the names that MCP reserves in `_meta`. */
const RESERVED = 'io.modelcontextprotocol/';

/**
 * `params._meta`: the envelope of the modern era, and the key without a prefix by which something is
 * decided. Nothing is by those of trace context.
 */
export const META_MEMBERS: KnownMembers = new KnownMembers([
  `${RESERVED}clientCapabilities`,
  `${RESERVED}clientInfo`,
  `${RESERVED}logLevel`,
  `${RESERVED}protocolVersion`,
  `${RESERVED}related-task`,
  `${RESERVED}subscriptionId`,
  'progressToken',
]);

/** Where the modern era states the revision of a message. */
export const VERSION_CLAIM: string = `${RESERVED}protocolVersion`;

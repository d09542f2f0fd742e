import { foldMemberName } from './folding.ts';

/** How many members an object may have in which some names are known: who means well has a few. */
export const MAX_MEMBERS = 1_000;

/** How many objects of one document are read, without empty ones: to make each takes its time. */
export const MAX_OBJECTS = 50_000;

/** The members by which a server, or a policy, decides at one level of a message. */
export class KnownMembers {
  readonly #exact: ReadonlySet<string>;
  readonly #byFold: ReadonlyMap<string, string>;

  constructor(names: readonly string[]) {
    this.#exact = new Set(names);
    this.#byFold = new Map(names.map((name) => [foldMemberName(name), name]));
  }

  has(name: string): boolean {
    return this.#exact.has(name);
  }

  /** The known name that folds to this. */
  meantBy(folded: string): string | undefined {
    return this.#byFold.get(folded);
  }
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

/** `params._meta`: the envelope of the modern era, and the keys without a prefix. */
export const META_MEMBERS: KnownMembers = new KnownMembers([
  `${RESERVED}clientCapabilities`,
  `${RESERVED}clientInfo`,
  `${RESERVED}logLevel`,
  `${RESERVED}protocolVersion`,
  `${RESERVED}related-task`,
  `${RESERVED}subscriptionId`,
  'baggage',
  'progressToken',
  'traceparent',
  'tracestate',
]);

/** Where the modern era states the revision of a message. */
export const VERSION_CLAIM: string = `${RESERVED}protocolVersion`;

import { foldMemberName } from '../json/folding.ts';

/** How many members an object with known names may have. An honest client sends a few. */
export const MAX_MEMBERS = 1_000;

/** How many values of one document are built: each takes time and memory. */
export const MAX_VALUES = 1_000_000;

/** How many objects of one document are read, not counting empty ones: making each takes time. */
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

  /** The known name of which a name with this folded form is a spelling. */
  meantBy(folded: string): string | undefined {
    return this.#byFold.get(bare(folded));
  }
}

/**
 * A name without `_` and `-`. Some servers write names in another way than MCP and take both spellings: the
 * official one in Python takes `task_id` for `taskId`, and `meta` for `_meta`. This is for known names only:
 * names of arguments are the tool's own, and there `http_proxy` is another name than `http-proxy`.
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

/** `params`: the members that name the thing, that are passed to it, and that decide in another way. */
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

/** The prefix of the names that MCP reserves in `_meta`. */
const RESERVED = 'io.modelcontextprotocol/';

/**
 * `params._meta`: the envelope of the modern era, and the one key without a prefix that decides something.
 * The keys of trace context decide nothing.
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

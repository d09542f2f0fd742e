/** What has to happen when a document is run: it stands beside the document, in `NAME.expect.json`. */
export interface Expectations {
  readonly config: string;
  readonly outcome: 'runs' | 'refused' | 'runs-or-refused';
  readonly why: string;
  /** Patterns of the error, or of the warnings. */
  readonly messages: readonly string[];
  /** Patterns that an error may match or not. */
  readonly mayRefuse?: readonly string[];
  /** What KrakenD needs to run it: without it, the Community Edition. */
  readonly edition?: 'enterprise';
  /** Options of `fromKrakend` that the document needs. */
  readonly options?: DocumentOptions;
  /** The `Host` of each step that has none of its own. */
  readonly host?: string;
  /** Claims by the name of a token; a time with a sign is relative to now, in seconds. */
  readonly tokens?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly steps: readonly Step[];
  /** What KrakenD does with the document as a whole. */
  readonly krakend?: unknown;
}

export interface DocumentOptions {
  readonly allow?: readonly ('any-issuer' | 'any-audience')[];
  readonly only?: readonly string[];
  readonly publicUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Names of stores for limits. */
  readonly stores?: readonly string[];
}

/** One request, or several of a kind. Without `send`, only the servers change. */
export interface Step {
  readonly name: string;
  readonly repeat?: number;
  /** The name of a list: a request for each of its items, which is `{{item}}`. */
  readonly forEach?: string;
  /** The name of a list that gets the `Mcp-Session-Id` of each answer. */
  readonly remember?: string;
  /** The servers that stop before the first request: `upstream`, `upstream2`, `idp`. */
  readonly stop?: string | readonly string[];
  /** The servers that start again. */
  readonly start?: string | readonly string[];
  /** Before the first request, in milliseconds. */
  readonly wait?: number;
  readonly host?: string;
  /** How the upstreams behave. */
  readonly upstream?: Behaviour;
  /** How the second one behaves, where it differs. */
  readonly upstream2?: Behaviour;
  readonly idp?: Behaviour;
  /** The message is made this long, in bytes. */
  readonly bodySize?: number;
  readonly send?: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    readonly body?: string;
    readonly bodySize?: number;
  };
  readonly expect?: Expected;
  /** What KrakenD does, for comparison. */
  readonly krakend?: unknown;
}

/** How a server behaves during one step. */
export interface Behaviour {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Before the head, in milliseconds. */
  readonly delay?: number;
  /** Events: their data, or how many. */
  readonly stream?: readonly string[] | number;
  /** Between events, in milliseconds. */
  readonly every?: number;
  /** The stream does not end, and the client leaves after its first event. */
  readonly hold?: boolean;
  /** The connection is reset before the head, or after half of the body. */
  readonly reset?: boolean | 'head' | 'body';
}

export interface Expected {
  readonly status?: number | { readonly oneOf: readonly number[] };
  readonly headers?: Fields;
  readonly upstream?: {
    readonly count?: number;
    readonly method?: string;
    readonly path?: string;
    readonly headers?: Fields;
  };
  /** How often each status came, over all requests of the step. */
  readonly statusCounts?: Readonly<Record<string, number>>;
  /** How many of the upstreams got something. */
  readonly upstreamsSeen?: number;
  /** Each request went where its session was made; a text names the list of sessions. */
  readonly sameUpstreamAs?: string | true;
  readonly firstEventBeforeMs?: number;
}

/** A text is the whole value, and `null` says that there is none. */
export type Fields = Readonly<Record<string, FieldExpected>>;
export type FieldExpected = string | null | { readonly match?: string; readonly notMatch?: string };

const BEHAVIOUR = ['status', 'headers', 'body', 'delay', 'stream', 'every', 'hold', 'reset'];

/** What may stand at each part. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  document: [
    'config',
    'outcome',
    'why',
    'messages',
    'mayRefuse',
    'edition',
    'options',
    'host',
    'tokens',
    'steps',
    'krakend',
  ],
  options: ['allow', 'only', 'publicUrl', 'env', 'stores'],
  step: [
    'name',
    'repeat',
    'forEach',
    'remember',
    'stop',
    'start',
    'wait',
    'host',
    'upstream',
    'upstream2',
    'idp',
    'bodySize',
    'send',
    'expect',
    'krakend',
  ],
  upstream: BEHAVIOUR,
  upstream2: BEHAVIOUR,
  idp: BEHAVIOUR,
  send: ['method', 'path', 'headers', 'body', 'bodySize'],
  expect: [
    'status',
    'headers',
    'upstream',
    'statusCounts',
    'upstreamsSeen',
    'sameUpstreamAs',
    'firstEventBeforeMs',
  ],
  'expect.upstream': ['count', 'method', 'path', 'headers'],
};

/** Nothing that a document asks for may be passed over. */
export function checkKeys(expectations: Expectations): void {
  check('document', expectations);
  check('options', expectations.options);
  for (const step of expectations.steps) {
    check('step', step, step.name);
    for (const part of ['upstream', 'upstream2', 'idp', 'send', 'expect'] as const)
      check(part, step[part], step.name);
    check('expect.upstream', step.expect?.upstream, step.name);
    if (step.expect !== undefined && step.send === undefined)
      throw new Error(`"${step.name}" expects something and sends nothing`);
  }
}

function check(part: string, given: object | undefined, step = ''): void {
  const unknown = Object.keys(given ?? {}).filter((key) => !KNOWN[part]?.includes(key));
  if (unknown.length > 0)
    throw new Error(`${part} of "${step}" has ${unknown.join(', ')}, which nothing reads`);
}

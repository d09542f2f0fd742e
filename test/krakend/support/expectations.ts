/** What a test of a document says: its steps, and what has to come of them. */
export interface Expectations {
  readonly config: string;
  readonly outcome: 'runs' | 'refused';
  readonly why: string;
  /** Patterns of the error, or of the warnings. */
  readonly messages: readonly string[];
  /** Claims by the name of a token; `exp` is relative to now. */
  readonly tokens?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly steps: readonly Step[];
}

/** One request, or several of a kind. */
export interface Step {
  readonly name: string;
  readonly repeat?: number;
  readonly send: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly expect: {
    readonly status?: number | { readonly oneOf: readonly number[] };
    readonly headers?: Fields;
    readonly upstream?: {
      readonly path?: string;
      readonly count?: number;
      readonly headers?: Fields;
    };
  };
  /** What KrakenD does, for comparison. */
  readonly krakend?: unknown;
}

/** A text is the whole value, and `null` says that there is none. */
export type Fields = Readonly<
  Record<string, string | null | { readonly match?: string; readonly notMatch?: string }>
>;

const KNOWN = {
  step: ['name', 'repeat', 'send', 'expect', 'krakend'],
  send: ['method', 'path', 'headers', 'body'],
  expect: ['status', 'headers', 'upstream'],
  upstream: ['path', 'count', 'headers'],
} as const;

/** Nothing that a step asks for may be passed over. */
export function checkKeys({ steps }: Expectations): void {
  for (const step of steps) {
    const parts = {
      step,
      send: step.send,
      expect: step.expect,
      upstream: step.expect.upstream ?? {},
    };
    for (const [part, keys] of Object.entries(KNOWN)) {
      const unknown = Object.keys(parts[part as keyof typeof parts]).filter(
        (key) => !(keys as readonly string[]).includes(key),
      );
      if (unknown.length > 0)
        throw new Error(`${part} of "${step.name}" has ${unknown.join(', ')}`);
    }
  }
}

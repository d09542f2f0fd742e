import type { GatewayContext } from '../../gateway-context.ts';
import type { HeaderRules, HeaderValue } from '../../slots/headers/header-rules.ts';

/** A value of a header of a request; undefined where it does not go upstream. */
export type Value = string | ((ctx: GatewayContext) => string | undefined);

/** What becomes of headers, worked out step by step as modifiers come one after another. */
export class HeaderPlan {
  /** Exact names that the client's go upstream by, in lower case; `*` for all. */
  readonly #forward: readonly string[];
  /** By lower-case name: the name as written, and what it is set to; undefined: removed. */
  readonly #request = new Map<string, { readonly name: string; readonly value: HeaderValue }>();
  readonly #response = new Map<
    string,
    { readonly name: string; readonly value: string | undefined }
  >();
  #host: string | undefined;

  /** Headers that hold what is known of the caller, by their lower-case name. */
  readonly claims: Map<string, (ctx: GatewayContext) => string | undefined> = new Map();

  constructor(forward: readonly string[]) {
    this.#forward = forward;
  }

  /** Whether the client's header goes upstream, of those that are not standard. */
  forwards(name: string): boolean {
    const lower = name.toLowerCase();
    return this.#forward.some((own) => own === '*' || own.toLowerCase() === lower);
  }

  /** Whether a request may have it upstream. */
  mayHave(name: string): boolean {
    return this.#request.has(name.toLowerCase()) || this.passes(name);
  }

  /** Whether the client's own goes upstream. */
  passes(name: string): boolean {
    return this.forwards(name) || isStandard(name);
  }

  /** Puts what is known of the caller into a header. */
  setOfCaller(name: string, read: (ctx: GatewayContext) => string | undefined): void {
    this.set(name, read);
    this.claims.set(name.toLowerCase(), read);
  }

  /** What is known of the caller in a header; undefined for other headers. */
  ofCaller(name: string): ((ctx: GatewayContext) => string | undefined) | undefined {
    return this.claims.get(name.toLowerCase());
  }

  set(name: string, value: HeaderValue): void {
    if (name.toLowerCase() === 'host' && typeof value === 'string') this.#host = value;
    else this.#request.set(name.toLowerCase(), { name, value });
  }

  remove(name: string): void {
    this.#request.set(name.toLowerCase(), { name, value: undefined });
  }

  /** What a header is at this step. */
  current(name: string): (ctx: GatewayContext) => string | undefined {
    const lower = name.toLowerCase();
    const own = this.#request.get(lower);
    if (own !== undefined) {
      const { value } = own;
      if (typeof value !== 'function') return () => value;
      return (ctx) => {
        const given = value(ctx);
        // Only tokens are fetched, and no modifier reads them.
        return typeof given === 'string' ? given : undefined;
      };
    }
    if (!this.mayHave(name)) return () => undefined;
    return ({ headers }) => {
      const value = headers[lower];
      return Array.isArray(value) ? value.join(', ') : value;
    };
  }

  setInAnswer(name: string, value: string): void {
    this.#response.set(name.toLowerCase(), { name, value });
  }

  removeFromAnswer(name: string): void {
    this.#response.set(name.toLowerCase(), { name, value: undefined });
  }

  /** The option of a gateway; undefined where nothing is changed. */
  rules(): HeaderRules {
    const request = [...this.#request.values()];
    const response = [...this.#response.values()];
    const removed = request.filter(({ value }) => value === undefined).map(({ name }) => name);
    const hidden = response.filter(({ value }) => value === undefined).map(({ name }) => name);
    const set = request.filter(({ value }) => value !== undefined);
    const shown = response.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value]],
    );
    return {
      ...(this.#forward.length > 0 && { forward: this.#forward }),
      ...(this.#host !== undefined && { host: this.#host }),
      ...(set.length > 0 && {
        set: Object.fromEntries(set.map(({ name, value }) => [name, value])),
      }),
      ...(removed.length > 0 && { remove: removed }),
      ...(response.length > 0 && {
        response: {
          ...(shown.length > 0 && { set: Object.fromEntries(shown) }),
          ...(hidden.length > 0 && { remove: hidden }),
        },
      }),
    };
  }
}

const STANDARD =
  /^(accept|accept-encoding|content-type|content-encoding|user-agent|last-event-id|mcp-.*|traceparent|tracestate|baggage)$/i;

/** Whether a header goes upstream always. */
export function isStandard(name: string): boolean {
  return STANDARD.test(name);
}

import type { GatewayContext } from '../../gateway-context.ts';
import { isHostValue } from '../../http/host-value.ts';
import type { HeaderRules, HeaderValue } from '../../slots/headers/header-rules.ts';
import { isSecretName } from '../../slots/headers/secret-name.ts';
import type { Lines } from '../martian/header-lines.ts';
import type { Notes } from '../notes.ts';

/** What the gateway does with headers, worked out step by step: modifiers change it one after another. */
export class HeaderPlan {
  /** The names of the client's headers that go upstream, as they are written; `*` for all. */
  readonly #forward: readonly string[];
  /** By lower-case name: the name as written, and the value that it is set to; undefined: removed. */
  readonly #request = new Map<string, { readonly name: string; readonly value: HeaderValue }>();
  readonly #response = new Map<
    string,
    { readonly name: string; readonly value: string | undefined }
  >();
  /** Lower-case names of headers whose value comes from a secret header. */
  readonly #secret = new Set<string>();
  #host: string | undefined;

  /** Headers that tell the backend about the caller, by their lower-case name. */
  readonly claims: Map<string, (ctx: GatewayContext) => string | undefined> = new Map();

  constructor(forward: readonly string[]) {
    this.#forward = forward;
  }

  /** Whether the document lets the client's header go upstream; standard headers always do. */
  forwards(name: string): boolean {
    const lower = name.toLowerCase();
    return this.#forward.some((own) => own === '*' || own.toLowerCase() === lower);
  }

  /** Whether a request to the upstream may have this header. */
  mayHave(name: string): boolean {
    const own = this.#request.get(name.toLowerCase());
    return own === undefined ? this.passes(name) : own.value !== undefined;
  }

  /** Whether the client's own header goes upstream. */
  passes(name: string): boolean {
    return this.forwards(name) || isStandard(name);
  }

  /** Sets a header to a value about the caller. */
  setOfCaller(name: string, read: (ctx: GatewayContext) => string | undefined): void {
    this.set(name, read);
    this.claims.set(name.toLowerCase(), read);
  }

  /** The function that reads the value about the caller in this header; undefined for other headers. */
  ofCaller(name: string): ((ctx: GatewayContext) => string | undefined) | undefined {
    return this.claims.get(name.toLowerCase());
  }

  set(name: string, value: HeaderValue): void {
    this.#request.set(name.toLowerCase(), { name, value });
  }

  remove(name: string): void {
    this.#request.set(name.toLowerCase(), { name, value: undefined });
  }

  /** Sets the `Host` that the backend sees. */
  setHost(notes: Notes, host: string): void {
    if (isHostValue(host)) this.#host = host;
    else notes.refuse('write a host, with a port or without');
  }

  /** Whether only the backend may see the value of this header. */
  isSecret(name: string): boolean {
    return isSecretName(name) || this.#secret.has(name.toLowerCase());
  }

  markSecret(name: string): void {
    this.#secret.add(name.toLowerCase());
  }

  /** A copy of the plan for requests. Later changes of this plan do not change the copy. */
  copy(): HeaderPlan {
    const copy = new HeaderPlan(this.#forward);
    for (const [lower, own] of this.#request) copy.#request.set(lower, own);
    return copy;
  }

  /** The lines of a header, for one request. */
  lines(ctx: GatewayContext, lower: string): Lines {
    const own = this.#request.get(lower);
    if (own === undefined) {
      const theirs = this.passes(lower) ? (ctx.req.headersDistinct[lower] ?? []) : [];
      return { theirs, own: [] };
    }
    const { value } = own;
    const given = typeof value === 'function' ? value(ctx) : value;
    // Only tokens are fetched, so that the value is a promise, and no modifier reads tokens.
    return { theirs: [], own: typeof given === 'string' ? [given] : [] };
  }

  setInAnswer(name: string, value: string): void {
    this.#response.set(name.toLowerCase(), { name, value });
  }

  removeFromAnswer(name: string): void {
    this.#response.set(name.toLowerCase(), { name, value: undefined });
  }

  /** Whether this header is set or removed in all answers. */
  isInAnswer(name: string): boolean {
    return this.#response.has(name.toLowerCase());
  }

  /** The option `headers` of a gateway; it is empty where nothing is changed. */
  rules(): HeaderRules {
    const request = [...this.#request.values()];
    const response = [...this.#response.values()];
    const removed = request.filter(({ value }) => value === undefined).map(({ name }) => name);
    const hidden = response.filter(({ value }) => value === undefined).map(({ name }) => name);
    const set = request.filter(({ value }) => value !== undefined);
    const shown = response.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value]],
    );
    const secret = set
      .map(({ name }) => name)
      .filter((name) => this.#secret.has(name.toLowerCase()));
    return {
      ...(this.#forward.length > 0 && { forward: this.#forward }),
      ...(this.#host !== undefined && { host: this.#host }),
      ...(set.length > 0 && {
        set: Object.fromEntries(set.map(({ name, value }) => [name, value])),
      }),
      ...(removed.length > 0 && { remove: removed }),
      ...(secret.length > 0 && { secret }),
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

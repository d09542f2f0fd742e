import type { GatewayContext } from '../../gateway-context.ts';
import { isHostValue } from '../../http/host-value.ts';
import type { HeaderRules, HeaderValue } from '../../slots/headers/header-rules.ts';
import { isSecretName } from '../../slots/headers/secret-name.ts';
import type { Lines } from '../martian/header-lines.ts';
import type { Notes } from '../notes.ts';

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
  /** In lower case: headers that hold what is secret by the name of another. */
  readonly #secret = new Set<string>();
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
    const own = this.#request.get(name.toLowerCase());
    return own === undefined ? this.passes(name) : own.value !== undefined;
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
    this.#request.set(name.toLowerCase(), { name, value });
  }

  remove(name: string): void {
    this.#request.set(name.toLowerCase(), { name, value: undefined });
  }

  /** The `Host` that the backend sees. */
  setHost(notes: Notes, host: string): void {
    if (isHostValue(host)) this.#host = host;
    else notes.refuse('write a host, with a port or without');
  }

  /** Whether nobody but the backend is to see it. */
  isSecret(name: string): boolean {
    return isSecretName(name) || this.#secret.has(name.toLowerCase());
  }

  markSecret(name: string): void {
    this.#secret.add(name.toLowerCase());
  }

  /** The same plan, which does not change any more with this one. */
  copy(): HeaderPlan {
    const copy = new HeaderPlan(this.#forward);
    for (const [lower, own] of this.#request) copy.#request.set(lower, own);
    return copy;
  }

  /** What a header is, for one request. */
  lines(ctx: GatewayContext, lower: string): Lines {
    const own = this.#request.get(lower);
    if (own === undefined) {
      const theirs = this.passes(lower) ? (ctx.req.headersDistinct[lower] ?? []) : [];
      return { theirs, own: [] };
    }
    const { value } = own;
    const given = typeof value === 'function' ? value(ctx) : value;
    // Only tokens are fetched, and no modifier reads them.
    return { theirs: [], own: typeof given === 'string' ? [given] : [] };
  }

  setInAnswer(name: string, value: string): void {
    this.#response.set(name.toLowerCase(), { name, value });
  }

  removeFromAnswer(name: string): void {
    this.#response.set(name.toLowerCase(), { name, value: undefined });
  }

  /** Whether something is said of it for all answers. */
  isInAnswer(name: string): boolean {
    return this.#response.has(name.toLowerCase());
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

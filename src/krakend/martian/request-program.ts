import type { IncomingMessage } from 'node:http';
import type { GatewayContext } from '../../gateway-context.ts';
import { cookieName } from './cookies.ts';
import { HeaderLines, type Lines } from './header-lines.ts';
import { type RunStep, runAll } from './run.ts';

/** Changes the headers of a request as the modifiers say. They run once for each request. */
export class RequestProgram {
  readonly #base: (ctx: GatewayContext, lower: string) => Lines;
  readonly #runs = new WeakMap<IncomingMessage, HeaderLines>();
  readonly #steps: RunStep[] = [];
  /** Headers that a modifier with a condition sets: what the client sent under these names never goes on. */
  readonly #guarded = new Set<string>();
  /** Cookies that a modifier adds: those of the client under these names never go on. */
  readonly #cookies = new Set<string>();

  /** @param base - Gives the lines of a header before the first modifier. */
  constructor(base: (ctx: GatewayContext, lower: string) => Lines) {
    this.#base = base;
  }

  add(step: RunStep): void {
    this.#steps.push(step);
  }

  /** From now on, the client's own value of this header does not go upstream. */
  guard(name: string): void {
    this.#guarded.add(name.toLowerCase());
  }

  guardCookie(name: string): void {
    this.#cookies.add(name);
  }

  /** The headers after the last modifier. */
  run(ctx: GatewayContext): HeaderLines {
    const known = this.#runs.get(ctx.req);
    if (known !== undefined) return known;
    const request = new HeaderLines((lower) => this.#base(ctx, lower));
    runAll(this.#steps, { ctx, headers: request, request });
    this.#runs.set(ctx.req, request);
    return request;
  }

  /** The value of a header that goes upstream; undefined where it has none. */
  value(ctx: GatewayContext, name: string): string | undefined {
    const { theirs, own } = this.run(ctx).of(name);
    const lower = name.toLowerCase();
    const isCookie = lower === 'cookie';
    const passing = isCookie ? theirs.flatMap((line) => this.#withoutGuarded(line)) : theirs;
    const lines = this.#guarded.has(lower) ? own : [...passing, ...own];
    return lines.length === 0 ? undefined : lines.join(isCookie ? '; ' : ', ');
  }

  #withoutGuarded(line: string): string[] {
    if (this.#cookies.size === 0) return [line];
    const pairs = line.split(';').map((pair) => pair.trim());
    const passing = pairs.filter((pair) => pair !== '' && !this.#cookies.has(cookieName(pair)));
    return passing.length === 0 ? [] : [passing.join('; ')];
  }
}

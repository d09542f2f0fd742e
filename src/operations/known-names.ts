import { OTHER } from './known-methods.ts';

/** The largest number of names that labels may take on. */
const MAX_NAMES = 200;
/** How many of them may be of tools that have only ever failed: some servers answer so for any name. */
const MAX_UNPROVEN = 50;

/** The outcome of a message, as records have it. */
export interface NamedOutcome {
  readonly outcome?: 'result' | 'tool_error' | 'rpc_error' | undefined;
  /** The code of the JSON-RPC error. */
  readonly errorCode?: number | undefined;
}

/** Codes by which servers say that there is no such tool or prompt. */
const UNKNOWN: ReadonlySet<number | undefined> = new Set([-32601, -32602]);

/**
 * The names of tools or prompts that labels may show. A client can make up any number of names, and each
 * would be a time series for ever: so a name is shown only once an upstream has answered for it, and the
 * number of names is bounded. A name that has only been refused stays hidden.
 */
export class KnownNames {
  /** Whether one has had a result, by name. */
  readonly #names = new Map<string, boolean>();
  #unproven = 0;

  /** Takes note of what the upstream has answered for a name. */
  learn(name: string, { outcome, errorCode }: NamedOutcome): void {
    const isProven = outcome === 'result';
    const isSign = isProven || outcome === 'tool_error' || outcome === 'rpc_error';
    if (!isSign || (outcome === 'rpc_error' && UNKNOWN.has(errorCode))) return;
    const before = this.#names.get(name);
    if (before === true || (before === false && !isProven)) return;
    if (before === false) this.#unproven -= 1;
    else if (this.#names.size >= MAX_NAMES) return;
    if (!isProven) {
      if (this.#unproven >= MAX_UNPROVEN) return;
      this.#unproven += 1;
    }
    this.#names.set(name, isProven);
  }

  /** Whether it has had a result, and may be shown. */
  isProven(name: string): boolean {
    return this.#names.get(name) === true;
  }

  /** A name as a label may show it. */
  label(name: string): string {
    return this.#names.has(name) ? name : OTHER;
  }
}

/** The codes of JSON-RPC errors: an upstream may make up any number of them as well. */
export class KnownCodes {
  readonly #codes = new Set<number>();

  /** A code as a label may show it. */
  label(code: number): string {
    if (!this.#codes.has(code)) {
      if (this.#codes.size >= MAX_CODES) return OTHER;
      this.#codes.add(code);
    }
    return String(code);
  }
}

/** How many codes of JSON-RPC errors labels may show. */
const MAX_CODES = 10;

import type { ObservedMessage } from '../slots/observe/observer.ts';
import { BoundedSeries } from './bounded-series.ts';
import { methodLabel, OTHER } from './known-methods.ts';
import { KnownCodes, KnownNames } from './known-names.ts';
import type { Operation, Side } from './measured-request.ts';
import { statusLabel } from './status-label.ts';
import type { Verdict } from './verdict.ts';

/** What the labels of a message say; what is not known of it, or not there, is empty. */
export interface OperationLabels {
  readonly method: string;
  /** Of the tool or prompt. */
  readonly name: string;
  /** The type of the error. */
  readonly error: string;
  /** The code of the JSON-RPC error. */
  readonly code: string;
}

/**
 * How many label sets there may be of messages, for each side of a gateway: of tools and prompts with their
 * names, and of all else, where it went well and where it did not. What has no room is in the `rest`, which
 * says only whether it went well.
 */
const ROOM = { named: 120, namedFailures: 42, plain: 60, failures: 26, rest: 2 };

/** Which labels a kind of metrics has. */
export interface ShownLabels {
  /** Whether messages with this method have the name of what they are about. */
  isNamed(method: string): boolean;
  /** Whether the code of a JSON-RPC error has a label of its own. */
  readonly hasCode: boolean;
}

/** What tells the label sets of a metric from each other besides {@link OperationLabels}. */
export interface Variety<S> {
  /** Different for each; empty where there is nothing else. */
  readonly key: string;
  /** Makes what is kept with a label set: with `isKnown` for this variety, otherwise for any other. */
  make(labels: OperationLabels, isKnown: boolean): S;
}

/**
 * The label sets of the messages of one gateway, which are bounded, whatever clients and servers make up.
 */
export class OperationSeries<S> {
  readonly #names = new KnownNames();
  readonly #codes = new KnownCodes();
  readonly #shown: ShownLabels;
  readonly #sides: Readonly<Record<Side, BoundedSeries<keyof typeof ROOM, S>>> = {
    server: new BoundedSeries(ROOM),
    client: new BoundedSeries(ROOM),
  };

  constructor(shown: ShownLabels) {
    this.#shown = shown;
  }

  /** Takes note of an answer of an upstream: labels may show the name of its message from then on. */
  learn(message: ObservedMessage): void {
    const { method = '', name } = message;
    if (name !== undefined && this.#shown.isNamed(method)) this.#names.learn(name, message);
  }

  /** What is kept with a message's label set: of those that there is room for, the one that says the most. */
  of({ side, message, verdict }: Operation, variety: Variety<S>): S {
    const series = this.#sides[side];
    const labels = this.#labelsOf(message, verdict);
    const { key } = variety;
    const known = series.get(keyOf(labels, key));
    if (known !== undefined) return known;
    const some = (told: OperationLabels, kind: keyof typeof ROOM, isKnown = false) => {
      const base = keyOf(told, '');
      const itsKey = isKnown ? keyOf(told, key) : keyOf(told, key && OTHER);
      const group = isKnown ? base : itsKey;
      return series.add(kind, itsKey, group, () => variety.make(told, isKnown));
    };
    const { name, error, code } = labels;
    const isWell = error === '' && code === '';
    const failed = { ...labels, error: error && OTHER, code: '' };
    // Which tool it is, and which method, matters more than how it has failed.
    const named = () =>
      some(labels, isWell ? 'named' : 'namedFailures', true) ??
      some(labels, isWell ? 'named' : 'namedFailures') ??
      (this.#names.isProven(name) ? some(failed, 'named') : undefined);
    const hidden = { ...labels, name: name && OTHER };
    const nameless = () =>
      some(hidden, isWell ? 'plain' : 'failures', true) ??
      some(hidden, isWell ? 'plain' : 'failures') ??
      some({ ...failed, name: hidden.name }, 'plain');
    const rest = { method: OTHER, name: '', error: failed.error, code: '' };
    const hasName = name !== '' && name !== OTHER;
    return (hasName ? named() : undefined) ?? nameless() ?? (some(rest, 'rest') as S);
  }

  #labelsOf({ method = OTHER, name }: ObservedMessage, { error, code }: Verdict): OperationLabels {
    const codeLabel = code === undefined ? '' : this.#codes.label(code);
    const isNamed = name !== undefined && this.#shown.isNamed(method);
    return {
      method: methodLabel(method),
      name: isNamed ? this.#names.label(name) : '',
      error: errorLabel(error, code === undefined ? undefined : [String(code), codeLabel]),
      code: this.#shown.hasCode ? codeLabel : '',
    };
  }
}

function errorLabel(
  error: string | undefined,
  code: readonly [string, string] | undefined,
): string {
  if (error === undefined) return '';
  if (code?.[0] === error) return code[1];
  return /^\d{3}$/.test(error) ? statusLabel(error) : error;
}

function keyOf({ method, name, error, code }: OperationLabels, variety: string): string {
  // Names come last: they alone may hold any character.
  return `${method} ${error} ${code} ${variety} ${name}`;
}

import type { ServerResponse } from 'node:http';
import type { AnswerField, AnswerHead, AnswerStage } from '../../answer-stage.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { type AnswerFieldSettings, answerFields } from './fields.ts';
import { mergeVary } from './merge-vary.ts';
import { isProtection } from './origin-fields.ts';

/** What decides about the head of the client's answer, besides the upstream's. */
export interface AnswerHeadSettings extends AnswerFieldSettings {
  /** In the order in which the answer passes them. */
  readonly stages: readonly AnswerStage[];
}

/**
 * Writes the head of the client's answer: the upstream's status with a reason phrase of our own, and its
 * headers, spelled as they came, as far as the stages leave them. Where that fails (a function that the app
 * has put around `writeHead` may throw), no field of the upstream is left in the error that the client gets
 * instead.
 */
export function writeAnswerHead(
  res: ServerResponse,
  answer: UpstreamAnswer,
  settings: AnswerHeadSettings,
): void {
  const names = res.getHeaderNames();
  const values = names.map((name) => res.getHeader(name) as string);
  try {
    const head = new RelayedHead(res, answer, settings);
    for (const stage of settings.stages) stage.head?.(res.req, head, answer);
    head.write();
  } catch (error) {
    if (!res.headersSent) {
      for (const name of res.getHeaderNames()) res.removeHeader(name);
      for (const [i, name] of names.entries()) res.setHeader(name, values[i] as string);
    }
    throw error;
  }
}

const NO_SNIFFING = 'x-content-type-options';

class RelayedHead implements AnswerHead {
  readonly #res: ServerResponse;
  readonly #answer: UpstreamAnswer;
  readonly #settings: AnswerHeadSettings;
  readonly #fields: Map<string, AnswerField>;
  readonly #set: [name: string, value: string][] = [];
  readonly #added: [name: string, value: string][] = [];

  constructor(res: ServerResponse, answer: UpstreamAnswer, settings: AnswerHeadSettings) {
    this.#res = res;
    this.#answer = answer;
    this.#settings = settings;
    this.#fields = answerFields(answer, settings);
    if (!this.#fields.has(NO_SNIFFING) && !res.hasHeader(NO_SNIFFING)) {
      // Keeps browsers from taking an answer for a page or a script (Fetch standard, section 3.6).
      const name = 'X-Content-Type-Options';
      this.#fields.set(NO_SNIFFING, {
        name,
        folded: NO_SNIFFING,
        isOfOrigin: false,
        values: ['nosniff'],
        ends: false,
      });
    }
  }

  get fields(): Iterable<AnswerField> {
    return this.#fields.values();
  }

  set(name: string, value: string): void {
    this.#set.push([name, value]);
  }

  add(name: string, value: string): void {
    this.#added.push([name, value]);
  }

  isSet(name: string): boolean {
    return this.#res.hasHeader(name);
  }

  write(): void {
    const res = this.#res;
    const { edit, isInProcess } = this.#settings;
    for (const [lower, field] of this.#fields) {
      if (!field.ends) setField(res, lower, field, isInProcess);
    }
    if (edit?.length !== undefined) res.setHeader('Content-Length', edit.length);
    for (const [name, value] of this.#set) res.setHeader(name, value);
    for (const [name, value] of this.#added) addLine(res, name, value);
    if (this.#answer.isEventStream && !res.hasHeader('x-accel-buffering')) {
      // The MCP specification asks for it on event streams: nginx would hold them back otherwise.
      res.setHeader('X-Accel-Buffering', 'no');
    }
    res.writeHead(this.#answer.status);
  }
}

function addLine(res: ServerResponse, name: string, value: string): void {
  // Not `appendHeader`, which changes a list that the app has set.
  const lines = [res.getHeader(name) ?? []].flat().map(String);
  res.setHeader(name, lines.length === 0 ? value : [...lines, value]);
}

/**
 * Sets a field of the upstream. What the app has set belongs to this answer as well: `Vary` and `Set-Cookie`
 * are added to it, and fields about limits, protection or the app's origin do not replace it.
 */
function setField(
  res: ServerResponse,
  lower: string,
  { name, folded, isOfOrigin, values }: AnswerField,
  isInProcess: boolean,
): void {
  if (lower === 'vary') {
    mergeVary(res, values);
    return;
  }
  if (lower === 'set-cookie') {
    // Not `appendHeader`, which changes the list that the app has set.
    const own = res.getHeader(lower);
    res.setHeader(name, [own ?? [], values].flat() as string[]);
    return;
  }
  if (isOfLimits(folded) && res.hasHeader(folded)) return;
  const isOfApp = isOfOrigin || (!isInProcess && isProtection(folded));
  if (isOfApp && res.hasHeader(folded)) return;
  res.setHeader(name, values.length === 1 ? (values[0] as string) : values);
}

/**
 * Whether a field says how much a client may still ask for. Where the gateway has set it, its value stays.
 */
function isOfLimits(folded: string): boolean {
  return folded === 'ratelimit' || folded === 'ratelimit-policy';
}

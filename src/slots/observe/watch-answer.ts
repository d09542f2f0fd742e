import type { ServerResponse } from 'node:http';

/** The parts of a written head that matter to a watcher. */
export interface WrittenHead {
  readonly contentType: string;
  /** The session that it begins. */
  readonly sessionId: string | undefined;
  /**
   * Whether the bytes are encoded when they come here. A `compression()` in front may encode them later,
   * which is not seen.
   */
  readonly isEncoded: boolean;
}

/** Told what is written to an answer, by the gateway or by any middleware. */
export interface AnswerWatcher {
  onHead(head: WrittenHead): void;
  /** Bytes of its body are written. */
  onBytes(bytes: Uint8Array): void;
  /** Node has emitted `finish`. Called before other listeners of that. */
  onFinish(): void;
}

const WATCH: unique symbol = Symbol('express-mcp-gateway.watch');

/** The functions that an answer had before it was watched, and its watcher. */
interface Watch extends Pick<ServerResponse, 'writeHead' | 'write' | 'end'> {
  readonly watcher: AnswerWatcher;
}

type Watched = ServerResponse & { [WATCH]?: Watch };

/**
 * Follows an answer without changing it. In Node, every way to write a head ends in `writeHead`, and every
 * way to write a body in `write` or `end`.
 *
 * The functions are the same for all answers. A function for each answer costs more than its work; and if it
 * is assigned as a literal, V8 puts it among the old objects, and the request with it.
 */
export function watchAnswer(res: Watched, watcher: AnswerWatcher): void {
  const { [WATCH]: watch, writeHead, write, end } = res;
  if (watch !== undefined) {
    res[WATCH] = { ...watch, watcher: both(watch.watcher, watcher) };
    return;
  }
  res[WATCH] = { watcher, writeHead, write, end };
  res.writeHead = watchedWriteHead as ServerResponse['writeHead'];
  res.write = watchedWrite as ServerResponse['write'];
  res.end = watchedEnd as ServerResponse['end'];
  res.prependListener('finish', watchedFinish);
}

function watchedWriteHead(this: Watched, ...args: unknown[]): unknown {
  const { writeHead, watcher } = this[WATCH] as Watch;
  const given = args.at(-1);
  const coding = fieldOf(this, given, 'content-encoding');
  const result: unknown = Reflect.apply(writeHead, this, args);
  watcher.onHead({
    contentType: fieldOf(this, given, 'content-type') ?? '',
    sessionId: fieldOf(this, given, 'mcp-session-id') || undefined,
    isEncoded: coding !== undefined && !/^(identity)?$/i.test(coding),
  });
  return result;
}

function watchedWrite(this: Watched, ...args: unknown[]): unknown {
  const { write, watcher } = this[WATCH] as Watch;
  // After the end, Node takes no more bytes, and reports that by itself.
  const isOver = this.writableEnded;
  const result: unknown = Reflect.apply(write, this, args);
  if (!isOver) tell(this, watcher, args[0], args[1]);
  return result;
}

function watchedEnd(this: Watched, ...args: unknown[]): unknown {
  const { end, watcher } = this[WATCH] as Watch;
  const isOver = this.writableEnded;
  const result: unknown = Reflect.apply(end, this, args);
  if (!isOver) tell(this, watcher, args[0], args[1]);
  return result;
}

function watchedFinish(this: Watched): void {
  this[WATCH]?.watcher.onFinish();
}

function tell(
  res: ServerResponse,
  watcher: AnswerWatcher,
  chunk: unknown,
  encoding: unknown,
): void {
  const isText = typeof chunk === 'string';
  if (!isText && !(chunk instanceof Uint8Array)) return;
  // To HEAD, and with 204 and 304, Node sends no body.
  if (res.req.method === 'HEAD' || res.statusCode === 204 || res.statusCode === 304) return;
  watcher.onBytes(isText ? Buffer.from(chunk, encodingOf(encoding)) : chunk);
}

/**
 * A field as the head has it. The fields given to `writeHead` take precedence: if no field was set before,
 * Node sends them without keeping them.
 */
function fieldOf(res: ServerResponse, given: unknown, name: string): string | undefined {
  const value: unknown = givenField(given, name) ?? res.getHeader(name);
  return value === undefined || value === null ? undefined : String(value);
}

function givenField(given: unknown, name: string): unknown {
  if (typeof given !== 'object' || given === null) return undefined;
  const entries: unknown[] = Array.isArray(given) ? given : Object.entries(given);
  // Names and values in turns; a value may be a list.
  const flat = Array.isArray(entries[0]) ? entries.flat() : entries;
  const at = flat.findLastIndex((each, i) => i % 2 === 0 && String(each).toLowerCase() === name);
  return at < 0 ? undefined : flat[at + 1];
}

function encodingOf(encoding: unknown): BufferEncoding {
  return Buffer.isEncoding(encoding as string) ? (encoding as BufferEncoding) : 'utf8';
}

/** Tells both watchers, where a request passes two gateways. */
function both(first: AnswerWatcher, second: AnswerWatcher): AnswerWatcher {
  return {
    onHead(head) {
      first.onHead(head);
      second.onHead(head);
    },
    onBytes(bytes) {
      first.onBytes(bytes);
      second.onBytes(bytes);
    },
    onFinish() {
      first.onFinish();
      second.onFinish();
    },
  };
}

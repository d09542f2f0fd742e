import type { Socket } from 'node:net';
import type { Client } from 'undici';
import { requirePeer } from '../../lib/require-peer.ts';

/**
 * All that the engine takes from inside of undici, beside its documented API. A minor version may change it,
 * which is why the range of versions is narrow, and `whyUnfit` is asked when a gateway is made.
 */

/** Which versions of undici have inside what this file takes from them. The same is in `peerDependencies`. */
export const UNDICI_RANGE = '~8.13.1';
const [MAJOR, MINOR, LEAST_PATCH] = [8, 13, 1];

/** Told of a parse error while undici still reads; undici itself tells of it when its socket has closed. */
export interface UnreadListener {
  onUnread(error: Error): void;
}

const LISTENER: unique symbol = Symbol('unread');

/** The part of undici's parser (`Parser` in `client-h1.js`) that is mended here. */
interface Parser {
  [LISTENER]?: UnreadListener;
  contentLength: number;
  headersSize: number;
  createError(code: number, rest: Uint8Array): Error;
}

interface Internals {
  readonly Client: typeof Client;
  /** Where a socket has undici's parser. */
  readonly kParser: symbol;
  /** What llhttp calls its errors, by number. */
  readonly errorNames: ReadonlyMap<number, string>;
}

let loaded: Internals | undefined;

/**
 * Loaded when an engine needs them, and then kept. The client's file alone: the whole package puts a
 * dispatcher of its own under the `fetch` of the process (`lib/global.js`).
 */
function internals(): Internals {
  loaded ??= load();
  return loaded;
}

function load(): Internals {
  const { kParser } = requirePeer('undici/lib/core/symbols.js');
  const numbers: Readonly<Record<string, number>> = requirePeer(
    'undici/lib/llhttp/constants.js',
  ).ERROR;
  const errorNames = new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
  return { Client: requirePeer('undici/lib/dispatcher/client.js'), kParser, errorNames };
}

/** Why the engine cannot use undici as it is installed; undefined where it can. */
export function whyUnfit(): string | undefined {
  let version: string;
  try {
    ({ version } = requirePeer('undici/package.json'));
  } catch {
    return 'it is not installed';
  }
  const [major = 0, minor = 0, patch = 0] = version
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const isInRange = major === MAJOR && minor === MINOR && patch >= LEAST_PATCH;
  if (!isInRange) return `${version} is installed`;
  return isAsExpected() ? undefined : `what is installed as ${version} has other files`;
}

function isAsExpected(): boolean {
  try {
    const { Client, kParser, errorNames } = internals();
    return typeof Client === 'function' && typeof kParser === 'symbol' && errorNames.size > 0;
  } catch {
    return false;
  }
}

/** The client of `undici`, for one connection. */
export function createClient(origin: string, options: Client.Options): Client {
  return new (internals().Client)(origin, options);
}

/** The parser that undici has for this connection; undefined until it has the connection. */
function parserOf(socket: Socket): Parser | undefined {
  return (socket as Socket & { readonly [key: symbol]: Parser | undefined })[internals().kParser];
}

/** Lets the errors of this connection say why something could not be read. */
export function tellWhy(socket: Socket, listener: UnreadListener): void {
  const parser = parserOf(socket);
  if (parser === undefined) return;
  parser.createError = createErrorWithCode;
  parser[LISTENER] = listener;
}

/**
 * Adds the code, which undici leaves out. Where undici knows a length, its error would only say that the
 * length does not fit.
 */
function createErrorWithCode(this: Parser, code: number, rest: Uint8Array): Error {
  this.contentLength = -1;
  const { createError } = Object.getPrototypeOf(this) as Parser;
  const error = createError.call(this, code, rest);
  Object.assign(error, { code: `HPE_${internals().errorNames.get(code) ?? 'INTERNAL'}` });
  this[LISTENER]?.onUnread(error);
  return error;
}

/** undici reads white space behind the digits as digits. llhttp has judged the value. */
export function mendLength(socket: Socket, length: string | undefined): void {
  const parser = parserOf(socket);
  // Of an answer that has no body it is -1.
  if (parser === undefined || length === undefined || parser.contentLength === -1) return;
  parser.contentLength = Number(length);
}

/** Counts the reason phrase among the bytes of a head, as Node does. undici leaves it out. */
export function countReason(socket: Socket, { length }: string): void {
  const parser = parserOf(socket);
  if (parser !== undefined) parser.headersSize = length;
}

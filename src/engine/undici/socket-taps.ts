import type { Socket } from 'node:net';
import { nodeHttp } from '../../lib/built-in.ts';
import { headerOverflow } from './undici-failure.ts';
import { countReason, type UnreadListener } from './undici-internals.ts';

const TAP: unique symbol = Symbol('tap');

type Tapped = Socket & { [TAP]?: SocketTap };

/**
 * Does what undici leaves out, where undici reads from its socket and writes to it.
 *
 * - undici does not tell the HTTP version of an answer. Of a reason phrase that comes in pieces it tells the
 *   last piece, and it reads the bytes as UTF-8.
 * - It takes a 100 that it has not asked for as an error; by RFC 9110 section 15.2, clients ignore it.
 * - It sends the head of a request together with the first bytes of the body; an upstream may answer the head alone.
 */
export class SocketTap implements UnreadListener {
  httpVersion = '';
  /** The reason phrase; a byte is a character. */
  reason = '';
  /** How the body of the next request is framed, where undici does not send it. */
  framing: string | undefined;
  /** How many fields are ours, where instrumentations may add some: theirs take the place of ours. */
  own: number | undefined;
  /** Told of errors in the answer that is being read. */
  reader: UnreadListener | undefined;
  readonly #socket: Socket;
  readonly read: Socket['read'];
  readonly write: Socket['write'];
  /** Whether the next bytes are the beginning of a head. */
  isAtHead = false;
  /** The beginning of a head, until it shows what kind of answer follows. */
  held: Buffer | undefined;
  /** Whether the head of an interim answer has begun, and has not ended. */
  isInterim = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.read = socket.read;
    this.write = socket.write;
    (socket as Tapped)[TAP] = this;
    // Functions that all sockets share: a closure would hold the scope in which it was made.
    socket.read = readTapped;
    socket.write = writeTapped as Socket['write'];
  }

  /** A request is about to be written. */
  begin(framing: string | undefined, own: number | undefined): void {
    this.framing = framing;
    this.own = own;
    this.isAtHead = true;
    this.isInterim = false;
    this.held = undefined;
    this.httpVersion = '';
    this.reason = '';
  }

  onUnread(error: Error): void {
    this.reader?.onUnread(error);
  }

  /** Destroys the socket: no more is read. */
  fail(error: Error): void {
    this.#socket.destroy(error);
  }

  /** undici's parser is about to read the head. */
  countReason(): void {
    countReason(this.#socket, this.reason);
  }

  /** Writes bytes of a body. */
  send(chunk: Uint8Array | string): boolean {
    return this.write.call(this.#socket, chunk as Uint8Array);
  }
}

/** The beginning of a status line, which shows the version, and whether the answer is an interim one. */
const HEAD = /^HTTP\/(\d\.\d) (?:1(\d\d)|[^1])/;
const LONGEST = 'HTTP/1.1 100'.length;
const STATUS = /^HTTP\/\d\.\d \d{3}$/;
/** A text that may still become such a beginning. */
const BEGIN = /^(?:H|HT|HTT|HTTP|HTTP\/(?:\d(?:\.(?:\d(?: \d{0,2})?)?)?)?)?$/;
const NOTHING = Buffer.alloc(0);
const END_OF_HEAD = Buffer.from('\r\n\r\n');

function readTapped(this: Tapped, size?: number): Buffer | null {
  const tap = this[TAP] as SocketTap;
  const chunk = tap.read.call(this, size) as Buffer | null;
  if (!tap.isAtHead) return chunk;
  if (chunk !== null) return readHead(tap, chunk);
  // Node's streams call `read(0)` only to fill their buffer, and drop what they get.
  return tap.held === undefined || size === 0 ? null : readHead(tap, NOTHING);
}

/** The status line of a final answer, where its reason has come with it, as it mostly has. */
const STATUS_LINE = /^HTTP\/1\.1 [2-5]\d\d ([^\r\n]*)\r\n/;
const MOST_OF_STATUS_LINE = 64;

function readHead(tap: SocketTap, chunk: Buffer): Buffer | null {
  if (tap.held === undefined && !tap.isInterim) {
    const [, reason] = STATUS_LINE.exec(chunk.toString('latin1', 0, MOST_OF_STATUS_LINE)) ?? [];
    if (reason !== undefined) return passHead(tap, '1.1', reason, chunk);
  }
  const bytes = tap.held === undefined ? chunk : Buffer.concat([tap.held, chunk]);
  tap.held = undefined;
  let at = 0;
  for (;;) {
    if (tap.isInterim) {
      const end = bytes.indexOf(END_OF_HEAD, at);
      if (end === -1) return passAllBut(tap, bytes, Math.max(at, bytes.length - 3));
      at = end + END_OF_HEAD.length;
      tap.isInterim = false;
    }
    while (bytes[at] === 0x0d || bytes[at] === 0x0a) at += 1;
    const text = bytes.toString('latin1', at, at + LONGEST);
    if (BEGIN.test(text)) return passAllBut(tap, bytes, at);
    const [, version = '', interim] = HEAD.exec(text) ?? [];
    if (interim === undefined) {
      // undici counts the bytes of each head: it reads those before this one first.
      if (at > 0) return passAllBut(tap, bytes, at);
      tap.httpVersion = version;
      if (STATUS.test(text)) return readReason(tap, bytes);
      tap.isAtHead = false;
      return bytes;
    }
    tap.isInterim = true;
    // A 100 becomes a 102, which undici passes over.
    if (interim === '00') bytes[at + LONGEST - 1] = 0x32;
    at += LONGEST;
  }
}

const CR = 0x0d;
const LF = 0x0a;

/** Holds a status line until it is whole. */
function readReason(tap: SocketTap, bytes: Buffer): Buffer | null {
  const end = bytes.indexOf(LF);
  if ((end === -1 ? bytes.length : end) >= nodeHttp.maxHeaderSize) {
    tap.fail(headerOverflow());
    return null;
  }
  if (end === -1) return passAllBut(tap, bytes, 0);
  const reason = bytes.toString('latin1', LONGEST + 1, bytes[end - 1] === CR ? end - 1 : end);
  return passHead(tap, tap.httpVersion, reason, bytes);
}

function passHead(tap: SocketTap, httpVersion: string, reason: string, bytes: Buffer): Buffer {
  tap.isAtHead = false;
  tap.httpVersion = httpVersion;
  tap.reason = reason;
  tap.countReason();
  return bytes;
}

function passAllBut(tap: SocketTap, bytes: Buffer, from: number): Buffer | null {
  if (from < bytes.length) tap.held = bytes.subarray(from);
  return from === 0 ? null : bytes.subarray(0, from);
}

/** A field of undici's own, and not the end of another. */
const NO_LENGTH = '\r\ncontent-length: 0\r\n\r\n';

function writeTapped(this: Tapped, chunk: string, ...rest: never[]): boolean {
  const tap = this[TAP] as SocketTap;
  const { framing, own } = tap;
  if (framing === undefined && own === undefined) return tap.write.call(this, chunk, ...rest);
  tap.framing = undefined;
  tap.own = undefined;
  const once = own === undefined ? chunk : withoutReplaced(chunk, own);
  return tap.write.call(this, framing === undefined ? once : framed(once, framing), ...rest);
}

function framed(head: string, framing: string): string {
  const fields = head.endsWith(NO_LENGTH) ? head.slice(0, -NO_LENGTH.length) : head.slice(0, -4);
  return `${fields}\r\n${framing}\r\n\r\n`;
}

/** The request line, `host` and `connection`, which undici writes first. */
const BEFORE_OWN = 3;

/**
 * Takes out our fields that an instrumentation has added as well. Instrumentations add fields when undici
 * makes its request; with Node's client they set them. An upstream must see one `traceparent`.
 */
function withoutReplaced(head: string, own: number): string {
  const lines = head.split('\r\n');
  const added = new Set(lines.slice(BEFORE_OWN + own).map(nameOf));
  const isReplaced = (line: string, at: number) =>
    at >= BEFORE_OWN && at < BEFORE_OWN + own && added.has(nameOf(line));
  return lines.filter((line, at) => !isReplaced(line, at)).join('\r\n');
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase();
}

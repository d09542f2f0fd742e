/** `legacy`: the revisions with `initialize` and sessions. `modern`: 2026-07-28 and later. */
export type Era = 'legacy' | 'modern';

/** One message with a method: a request, or without an id a notification. */
export interface McpMessage {
  /** `tools/call`, `initialize`, and the like. */
  readonly method: string;
  /** `undefined` on notifications. */
  readonly id: string | number | undefined;
  /** The id as it was written, to answer it byte for byte. `undefined` on notifications. */
  readonly idText: string | undefined;
  /**
   * As parsed; neither it nor any object in it has a prototype. Values that the gateway has not judged are
   * not shown: without `seesArguments`, arrays and objects other than `_meta` and `ref` are `undefined`.
   * Null, and an empty list where an object belongs, count as absent: they read as `undefined` here, in
   * `_meta`, `ref` and `arguments`. Reading a value that the upstream may read as another one throws a
   * `TypeError`: an integer beyond those that are safe, a number too large for a double, a text with NUL or
   * half of a surrogate pair, a member whose name is like that of another or too long to compare, and a
   * member that is there in another spelling than the one asked for.
   */
  readonly params: Readonly<Record<string, unknown>> | undefined;
  /**
   * What the method is applied to: a tool's or prompt's name, a resource's URI, a task's id. A URI is as
   * `new URL` writes it, but for the case of scheme and host, a missing slash behind a host alone, and
   * what need not be percent-encoded.
   */
  readonly name: string | undefined;
  /** `params.arguments`, with `seesArguments`, where it is an object. */
  readonly arguments: Readonly<Record<string, unknown>> | undefined;
  /** The era whose rules apply to it. */
  readonly era: Era;
  /**
   * What `_meta` claims; else what an `initialize` asks for; else the header; else 2025-03-26, which a
   * missing header means by the revisions since then.
   */
  readonly protocolVersion: string;
}

/** What a POST carries: one message, or in the legacy era an array of them. */
export interface McpBody {
  readonly isBatch: boolean;
  /** The messages with a method, in their order. */
  readonly messages: readonly McpMessage[];
  /** How many responses there are besides; they answer the server, and ask nothing of it. */
  readonly responses: number;
}

/** The beginning and the end of a body, as far as it has come. */
export interface BodyOnItsWay {
  push(piece: Uint8Array): void;
  /** How many bytes have come. */
  readonly length: number;
  first(): Buffer;
  /** The last bytes that have come, without those in {@link first}. */
  last(): Buffer;
}

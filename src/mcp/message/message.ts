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
   * As parsed; neither it nor any object in it has a prototype. What nobody judged is not shown: without
   * `seesArguments` its arrays and objects other than `_meta` and `ref` are `undefined`. Null, and an
   * empty list where an object belongs, are the same as none: `undefined` here, in `_meta`, `ref` and
   * `arguments`. To read what the upstream may read as something else throws a `TypeError`: an integer
   * beyond those that are safe, a number too large for a double, a text with NUL or half of a surrogate
   * pair, a member whose name is alike to another's or too long to tell, and one that is there in
   * another spelling than the one asked for.
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
  /** By which rules it goes. */
  readonly era: Era;
  /**
   * What `_meta` claims; else what an `initialize` asks for; else the header; else 2025-03-26, as
   * which the revisions since then have a missing header read.
   */
  readonly protocolVersion: string;
}

/** What a POST carries: one message, or in the legacy era an array of them. */
export interface McpBody {
  readonly isBatch: boolean;
  /** Those with a method, in their order. */
  readonly messages: readonly McpMessage[];
  /** How many responses there are besides; they answer the server, and ask nothing of it. */
  readonly responses: number;
}

/** The beginning and the end of a body, as far as it has come. */
export interface BodyOnItsWay {
  push(piece: Uint8Array): void;
  /** How much has come. */
  readonly length: number;
  first(): Buffer;
  /** None of it is in {@link first}. */
  last(): Buffer;
}

/** Those rows of the error table that refuse a message for its form. */
export type MessageProblemReason =
  | 'unsupported_media_type'
  | 'parse_error'
  | 'invalid_request'
  | 'header_mismatch';

/** Why a message is refused for its form. */
export class MessageProblem {
  readonly reason: MessageProblemReason;
  /** The JSON-RPC code. */
  readonly code: number;
  /** What to fix. It never repeats what the client sent, except the name of a known member. */
  readonly message: string;
  /**
   * The source text of the request's id; `null` where it is not known for certain; `undefined` for
   * a notification, whose answer has none.
   */
  readonly id: string | null | undefined;

  constructor(
    reason: MessageProblemReason,
    code: number,
    message: string,
    id: string | null | undefined,
  ) {
    this.reason = reason;
    this.code = code;
    this.message = message;
    this.id = id;
  }

  /** The same problem of a message with that id. */
  withId(id: string | null | undefined): MessageProblem {
    return new MessageProblem(this.reason, this.code, this.message, id);
  }
}

/** The media type, charset or content coding is not one that the gateway reads. */
export function unsupportedMediaType(message: string): MessageProblem {
  return new MessageProblem('unsupported_media_type', 415, message, null);
}

/** The bytes are not one JSON document. */
export function parseError(message: string): MessageProblem {
  return new MessageProblem('parse_error', -32700, message, null);
}

/** The document is not a JSON-RPC message, or not one that all servers read alike. */
export function invalidRequest(message: string): MessageProblem {
  return new MessageProblem('invalid_request', -32600, message, null);
}

/** The message does not carry what its method or its protocol revision requires. */
export function invalidParams(message: string): MessageProblem {
  return new MessageProblem('invalid_request', -32602, message, null);
}

/** A mirrored header does not say what the message says. */
export function headerMismatch(message: string): MessageProblem {
  return new MessageProblem('header_mismatch', -32020, message, null);
}

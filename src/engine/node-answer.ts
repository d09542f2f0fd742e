import type { IncomingMessage } from 'node:http';
import { gatherPieces } from '../http/gathered-pieces.ts';
import { ReadAnswer } from './read-answer.ts';

/** An answer that Node's own client has read. */
export class NodeAnswer extends ReadAnswer {
  readonly body: IncomingMessage;

  constructor(message: IncomingMessage) {
    super({
      status: message.statusCode ?? 0,
      reason: message.statusMessage ?? '',
      httpVersion: message.httpVersion,
      rawHeaders: message.rawHeaders,
      headers: message.headers,
    });
    gatherPieces(message);
    this.body = message;
  }

  get isComplete(): boolean {
    return this.body.complete;
  }
}

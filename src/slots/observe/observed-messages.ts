import type { IncomingMessage } from 'node:http';
import type { RequestContext } from '../../context.ts';
import { HeldBytes } from '../../http/held-bytes.ts';
import type { MessageAnswer } from '../../mcp/message/answers.ts';
import type { ClientInfo } from '../../mcp/message/client-info.ts';
import type { ToolCall } from '../../observation.ts';
import { type AnswerTap, answerTap } from './answer-tap.ts';
import type { ObservedMessage } from './observer.ts';
import {
  claimedMessages,
  judgedMessages,
  mayTellClient,
  NOTHING,
  type PeekedBody,
  type PeekedMessage,
  peekBody,
} from './peek-messages.ts';

/** The largest body that is looked into. */
export const PEEK_LIMIT: number = 64 * 1024;

/** The outcome of one message. */
export type MessageOutcome = Pick<ObservedMessage, 'outcome' | 'errorCode'>;

export const NOT_ANSWERED: MessageOutcome = { outcome: undefined, errorCode: undefined };

/** The messages of one request: what they ask for, who sent them, and their outcomes. */
export class ObservedMessages {
  readonly #context: RequestContext;
  readonly #keepsCalls: boolean;
  /** The bytes of the body that have come, until they have been looked into. */
  #held: HeldBytes | undefined;
  #isTooMuch = false;
  #isSent = false;
  #peeked: PeekedBody | undefined;
  #tap: AnswerTap | undefined;
  /** The places of the messages that await an answer, by their ids; undefined where none does. */
  #awaited: Map<string, number> | undefined;
  /** The outcomes, by those places. */
  readonly #answers: MessageOutcome[] = [];

  /** @param keepsCalls - Whether the arguments of tools are kept. */
  constructor(context: RequestContext, keepsCalls: boolean) {
    this.#context = context;
    this.#keepsCalls = keepsCalls;
  }

  /** Bytes of the body went upstream. */
  received(bytes: Uint8Array): void {
    this.#isSent = true;
    // A body that was judged need not be looked into.
    if (this.#isTooMuch || this.#peeked !== undefined || this.#context.mcp !== undefined) return;
    this.#held ??= new HeldBytes(PEEK_LIMIT);
    this.#isTooMuch = this.#held.length + bytes.length > PEEK_LIMIT;
    if (this.#isTooMuch) this.#held = undefined;
    else this.#held.push(bytes);
  }

  /** The body has come whole before it is sent. */
  peeked(body: Uint8Array): void {
    this.#keep(this.#orClaimed(peekBody(body, this.#keepsCalls)));
  }

  /** The messages as far as they are known already; else as the headers claim them. */
  get known(): readonly PeekedMessage[] {
    return this.isRead ? this.#peek().messages : this.#claimed;
  }

  /** Whether the body has been read. */
  get isRead(): boolean {
    return this.#peeked !== undefined || this.#context.mcp !== undefined;
  }

  /** The client, as it names itself; undefined as long as its message has not come whole. */
  get client(): ClientInfo | undefined {
    return this.#isWhole ? this.#peek().client : undefined;
  }

  /** The calls of tools; empty unless they are kept. */
  get toolCalls(): readonly ToolCall[] {
    if (!this.#keepsCalls || !this.#isWhole) return [];
    // A judged body is only read when an observer asks: the body is there as long as the request is.
    return (this.#context.mcp === undefined ? this.#peek() : this.#judged()).calls;
  }

  /** The head of the answer is written. From here on, the answers to the messages are looked for. */
  onHead(contentType: string, isEncoded: boolean): void {
    // The body is looked into now: a stream may stay open for days, and would hold it all the time.
    if (!this.#isWhole) return;
    const { messages } = this.#peek();
    if (isEncoded) return;
    this.#awaited = placesOf(messages);
    if (this.#awaited !== undefined) this.#tap = answerTap(contentType, this.#take);
  }

  /** Bytes of the answer are written. */
  onBytes(bytes: Uint8Array): void {
    if (this.#tap === undefined) return;
    try {
      this.#tap.push(bytes);
    } catch {
      // A look at the answer must never make it fail.
      this.#tap = undefined;
    }
  }

  /** The request is over. */
  end(): readonly ObservedMessage[] {
    try {
      this.#tap?.end();
    } catch {
      // See above.
    }
    this.#tap = undefined;
    const { messages } = this.#peek();
    return messages.map(({ method, name }, place) => {
      const { outcome, errorCode } = this.#answers[place] ?? NOT_ANSWERED;
      return { method, name, outcome, errorCode };
    });
  }

  readonly #take = ({ id, outcome, errorCode }: MessageAnswer): boolean => {
    const place = this.#awaited?.get(id);
    if (place !== undefined) {
      this.#answers[place] = { outcome, errorCode };
      this.#awaited?.delete(id);
    }
    return this.#awaited !== undefined && this.#awaited.size > 0;
  };

  get #isWhole(): boolean {
    return this.isRead || this.#context.req.complete;
  }

  #peek(): PeekedBody {
    return this.#peeked ?? this.#keep(this.#look());
  }

  #keep(said: PeekedBody): PeekedBody {
    this.#peeked = said;
    this.#held = undefined;
    return said;
  }

  #look(): PeekedBody {
    const { mcp, body } = this.#context;
    if (mcp !== undefined) {
      const messages = judgedMessages(mcp.messages);
      const isClientTold = mcp.messages.some(
        ({ method, era }) => era === 'modern' || method === 'initialize',
      );
      return { messages, client: isClientTold ? this.#judgedClient : undefined, calls: [] };
    }
    // If a request reached no upstream, no byte of it was relayed, but the relay has read the body for its
    // id.
    const bytes = this.#isSent ? this.#held?.take() : body.ends?.first();
    return this.#orClaimed(bytes === undefined ? NOTHING : peekBody(bytes, this.#keepsCalls));
  }

  #orClaimed(said: PeekedBody): PeekedBody {
    if (said.messages.length > 0) return said;
    return { ...NOTHING, messages: this.#claimed };
  }

  /** The messages that the headers claim. A GET or a DELETE carries none, even if its headers name one. */
  get #claimed(): readonly PeekedMessage[] {
    const { headers, req } = this.#context;
    return req.method === 'POST' ? claimedMessages(headers) : [];
  }

  #judged(): PeekedBody {
    const body = this.#judgedBody;
    return body === undefined ? NOTHING : peekBody(body, this.#keepsCalls);
  }

  get #judgedClient(): ClientInfo | undefined {
    const body = this.#judgedBody;
    return body !== undefined && mayTellClient(body) ? peekBody(body).client : undefined;
  }

  /** A body that was judged is kept for the relay. */
  get #judgedBody(): Uint8Array | undefined {
    const { rawBody } = this.#context.req as IncomingMessage & { readonly rawBody?: unknown };
    return rawBody instanceof Uint8Array && rawBody.length <= PEEK_LIMIT ? rawBody : undefined;
  }
}

/**
 * The places of the messages that await an answer. Two messages with the same id are left out, because it
 * cannot be told which one is answered.
 */
function placesOf(messages: readonly PeekedMessage[]): Map<string, number> | undefined {
  let places: Map<string, number> | undefined;
  const twins: string[] = [];
  for (const [place, { id }] of messages.entries()) {
    if (id === undefined) continue;
    places ??= new Map();
    if (places.has(id)) twins.push(id);
    else places.set(id, place);
  }
  for (const id of twins) places?.delete(id);
  return places?.size === 0 ? undefined : places;
}

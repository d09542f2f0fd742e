import type { RequestContext } from '../../context.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import type { FollowedSending, SendingRequest } from '../../observation.ts';
import type { AnswerBegun, FollowedMessage, Follower, Sending } from './follower.ts';
import {
  type MessageOutcome,
  NOT_ANSWERED,
  type ObservedMessages,
  PEEK_LIMIT,
} from './observed-messages.ts';
import type { RequestRecord, SlotDecision } from './observer.ts';
import type { PeekedMessage } from './peek-messages.ts';
import { cap } from './told-parts.ts';

/** Makes a follower for a request; undefined where that fails, which is reported. */
export type Follow = (context: RequestContext, gateway: string) => GuardedFollower | undefined;

/** A follower, and the function that its failures are reported to. */
export interface GuardedFollower {
  readonly follower: Follower;
  report(name: string, error: unknown): void;
}

/**
 * How long a body may be held back for a look into it: a client that waits for an answer first does not send
 * the whole body.
 */
const PEEK_MS = 100;

const PEEK_BOUNDS = { bytes: PEEK_LIMIT, ms: PEEK_MS };

function followed(
  { method, name, id, meta }: PeekedMessage,
  { outcome, errorCode }: MessageOutcome,
): FollowedMessage {
  const text: unknown = id?.startsWith('"') ? JSON.parse(id) : id;
  const told = text === undefined ? undefined : cap(String(text));
  return { method, name, id: told, meta, outcome, errorCode };
}

/** Tells the followers of one request. No follower can make it fail. */
export class FollowedRequest implements FollowedSending {
  readonly peekBounds: FollowedSending['peekBounds'];
  readonly #messages: ObservedMessages;
  #followers: readonly GuardedFollower[];

  constructor(
    context: RequestContext,
    messages: ObservedMessages,
    follow: readonly Follow[],
    gateway: string,
  ) {
    this.#messages = messages;
    this.#followers = follow.flatMap((create) => create(context, gateway) ?? []);
    const isPeeked = this.#followers.some(({ follower }) => follower.needsMessages === true);
    this.peekBounds = isPeeked ? PEEK_BOUNDS : undefined;
  }

  peeked(body: Uint8Array | undefined): void {
    if (body !== undefined) this.#messages.peeked(body);
  }

  sending(request: SendingRequest, send: () => void): void {
    const sending = new Departure(request, this.#known, this.#messages.isRead);
    let run = send;
    for (const guarded of this.#followers) run = around(guarded, sending, run);
    run();
  }

  onDenied(decision: SlotDecision): void {
    this.#tell('onDecision', (follower) => follower.onDenied?.(decision));
  }

  onFirstEvent(ms: number): void {
    this.#tell('onEvent', (follower) => follower.onFirstEvent?.(ms));
  }

  onHead(head: AnswerBegun): void {
    this.#tell('onHead', (follower) => follower.onHead?.(head, this.#known));
  }

  onClose(record: RequestRecord): void {
    const messages = () =>
      this.#messages.known.map((message, i) =>
        followed(message, record.messages[i] ?? NOT_ANSWERED),
      );
    this.#tell('onClose', (follower) => follower.onClose?.(record, messages));
    this.#followers = [];
  }

  readonly #known = (): readonly FollowedMessage[] =>
    this.#messages.known.map((message) => followed(message, NOT_ANSWERED));

  #tell(name: string, tell: (follower: Follower) => void): void {
    for (const { follower, report } of this.#followers) {
      try {
        tell(follower);
      } catch (error) {
        notAwaited(error, 0);
        report(name, error);
      }
    }
  }
}

/** A class, because objects that have a getter each of their own have no shape in common. */
class Departure implements Sending {
  readonly target: Sending['target'];
  readonly headers: Sending['headers'];
  readonly isDecided: Sending['isDecided'];
  readonly isRead: boolean;
  readonly #known: () => readonly FollowedMessage[];

  constructor(
    { target, headers, isDecided }: SendingRequest,
    known: () => readonly FollowedMessage[],
    isRead: boolean,
  ) {
    this.target = target;
    this.headers = headers;
    this.isDecided = isDecided;
    this.#known = known;
    this.isRead = isRead;
  }

  get messages(): readonly FollowedMessage[] {
    return this.#known();
  }
}

/** Sends exactly once, even if the follower throws, or calls `send` twice or never. */
function around(
  { follower, report }: GuardedFollower,
  sending: Sending,
  send: () => void,
): () => void {
  return () => {
    let isSent = false;
    let failure: { readonly error: unknown } | undefined;
    const once = () => {
      if (isSent) return;
      isSent = true;
      try {
        send();
      } catch (error) {
        // This error comes from sending, not from the follower.
        failure = { error };
      }
    };
    try {
      follower.onSending?.(sending, once);
    } catch (error) {
      notAwaited(error, 0);
      report('onSending', error);
    }
    once();
    if (failure !== undefined) throw failure.error;
  };
}

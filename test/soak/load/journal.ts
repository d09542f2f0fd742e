/** The data that a client has of its session. */
export interface Session {
  readonly id: string;
  /** The life of the upstream that made it. */
  readonly home: string;
  /** The numbers of the events of its stream, in the order in which they came, over all connections. */
  readonly events: number[];
}

export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  /** The reason that the gateway gives; otherwise `nginx` or `upstream`. */
  readonly reason: string;
  /** The answer itself, if neither nginx nor the gateway gave it. */
  readonly text?: string;
}

/** The outcome of a request, as its client sees it. */
export type Outcome =
  /** The answer is complete; `by` is the life that executed the request, if the answer names it. */
  | { readonly kind: 'answered'; readonly by: string | undefined }
  | Refusal
  /** The answer had begun, and was not complete when its connection was closed. */
  | { readonly kind: 'cut' }
  /** The client itself closed a stream. */
  | { readonly kind: 'left' }
  /** The official client gave up; it does not show why. */
  | { readonly kind: 'failed'; readonly detail: string }
  /** An outcome that no client may ever see. */
  | { readonly kind: 'wrong'; readonly detail: string };

export type RequestKind = 'begin' | 'initialized' | 'call' | 'stream' | 'end';

/** A request and its outcome. */
export interface Attempt {
  /** Gateways name this id in their notes. Empty for clients that cannot send it. */
  readonly id: string;
  readonly what: RequestKind;
  /** The number of a call. Each call has another one. */
  readonly number: number | undefined;
  /** Undefined for a request without a session. */
  readonly session: Session | undefined;
  /** The ports of the gateways that nginx passed it to, in order. */
  readonly gateways: readonly number[];
  readonly sentAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

/** All requests of the clients, with their outcomes. */
export class Journal {
  readonly attempts: Attempt[] = [];
  readonly sessions: Session[] = [];
  #lastNumber = 0;
  #lastId = 0;

  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  nextId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }
}

/** A session as its client knows it. */
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
  /** That of the gateway; otherwise `nginx` or `upstream`. */
  readonly reason: string;
  /** The answer itself, where neither nginx nor the gateway gave it. */
  readonly text?: string;
}

/** What became of a request, as far as its client can tell. */
export type Outcome =
  /** Answered whole; `by` is the life that executed it, where the answer says that. */
  | { readonly kind: 'answered'; readonly by: string | undefined }
  | Refusal
  /** The answer had begun, and was not whole when its connection was closed. */
  | { readonly kind: 'cut' }
  /** The client itself closed a stream. */
  | { readonly kind: 'left' }
  /** A client that hides what it saw gave up. */
  | { readonly kind: 'failed'; readonly detail: string }
  /** What nobody ever may see. */
  | { readonly kind: 'wrong'; readonly detail: string };

export type RequestKind = 'begin' | 'initialized' | 'call' | 'stream' | 'end';

/** A request and what became of it. */
export interface Attempt {
  /** Gateways name it in their notes. Empty for clients that cannot say it. */
  readonly id: string;
  readonly what: RequestKind;
  /** Of a call. No two have the same. */
  readonly number: number | undefined;
  /** Undefined for what belongs to none. */
  readonly session: Session | undefined;
  /** The ports of the gateways that nginx passed it to, in order. */
  readonly gateways: readonly number[];
  readonly sentAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

/** Everything that clients did, and what came of it. */
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

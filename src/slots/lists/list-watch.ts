/** A tool in a list, as the server says it. */
export interface ListedTool {
  readonly name: string;
  /** The source text of the item. */
  readonly text: string;
}

/** A list of tools in an answer: all of it, or one page. */
export interface ListedTools {
  readonly tools: readonly ListedTool[];
  /** The id of the request that it answers, as `comparableId` writes it; undefined where it says none. */
  readonly id: string | undefined;
  /** Where the list goes on; undefined where this is all, or the end of it. */
  readonly nextCursor: string | undefined;
}

/** Looks at the lists of tools that come in the answer to one request. Nothing of the answer is changed. */
export interface ListWatch {
  /** A list has come; the client gets it when this has resolved. Never rejects. */
  listed(list: ListedTools): Promise<void>;
  /** Something that seems to hold a list of tools goes to the client unread. */
  unread(cause: unknown): void;
  /** Told the session of the request, where only the answer names it. */
  session(sessionId: string): void;
}

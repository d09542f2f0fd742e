/** Decides what a caller may see in the lists that a server gives. */
export interface ListFilter {
  /** The methods of the lists that the request asks for; empty where the answer may hold any. */
  readonly methods: ReadonlySet<string>;
  /** The source text of the id, where one list is asked for by itself. */
  readonly idText: string | undefined;
  /** Told why an answer could not be filtered. */
  report(cause: unknown): void;
  /** Whether the caller would be let through with this method and this name. */
  allows(method: string, name: string): Promise<boolean>;
}

export type Counts = Readonly<Record<string, number>>;

/** What a process holds when all that nobody refers to has been collected. */
export interface Holdings {
  /** Of which there may not be more than before, however many requests came in between. */
  readonly counts: {
    /** What keeps the event loop alive, by kind: sockets, timers, servers. */
    readonly active: Counts;
    /** Of the classes that come and go with requests. Timers that keep nothing alive are among them. */
    readonly objects: Counts;
    /** By the class of the emitter: the process, servers, agents. */
    readonly listeners: Counts;
  };
  /** All objects there are: arrays, functions and promises too. Unlike bytes, they are exact. */
  readonly alive: number;
  readonly heapBytes: number;
  /** What lies outside of the heap for objects that are in it, buffers included. */
  readonly externalBytes: number;
  readonly residentBytes: number;
}

/** What a process takes under load, with all that has not been collected yet. */
export interface Loaded {
  readonly residentBytes: number;
  /** Of these, what V8's young generation takes: it grows with what lives through its collections. */
  readonly youngBytes: number;
  /** Of these, what V8's other generations take. */
  readonly oldBytes: number;
}

export type Counts = Readonly<Record<string, number>>;

/** What a process holds after a complete garbage collection. */
export interface Holdings {
  /** Counts that may not be higher than before, for any number of requests in between. */
  readonly counts: {
    /** Resources that keep the event loop alive, by kind: sockets, timers, servers. */
    readonly active: Counts;
    /** Objects by class, for classes that come and go with requests; including timers that are `unref`ed. */
    readonly objects: Counts;
    /** Listeners, by the class of the emitter: the process, servers, agents. */
    readonly listeners: Counts;
  };
  /** The number of all objects, including arrays, functions and promises. Unlike bytes, it is exact. */
  readonly alive: number;
  readonly heapBytes: number;
  /** Memory outside of the heap that belongs to objects on the heap, such as buffers. */
  readonly externalBytes: number;
  readonly residentBytes: number;
}

/** The memory of a process under load, including garbage. */
export interface Loaded {
  readonly residentBytes: number;
  /** The part of V8's young generation. It grows with the objects that survive its collections. */
  readonly youngBytes: number;
  /** The part of V8's other generations. */
  readonly oldBytes: number;
}

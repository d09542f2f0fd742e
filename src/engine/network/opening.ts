/** Told of a connection that is being opened, before Node has a socket for it. */
export interface OpeningListener {
  /** The connection is being opened from now on; `destroy` gives up. */
  onOpening(opening: { destroy(): void }): void;
}

/** What the request that needs a connection adds to the options of Node. */
export interface OpeningOptions {
  opening?: OpeningListener | undefined;
}

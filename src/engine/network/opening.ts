/** Who waits for a connection that is being opened before Node has a socket to show for it. */
export interface OpeningListener {
  /** It is being opened from now on; `destroy` gives up. */
  onOpening(opening: { destroy(): void }): void;
}

/** What the request that needs a connection adds to its options, besides what is Node's. */
export interface OpeningOptions {
  opening?: OpeningListener | undefined;
}

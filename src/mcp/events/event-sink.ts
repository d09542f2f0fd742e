/** An event stream that takes events beside those that are relayed. */
export interface EventSink {
  /** Whether `send` would put this event into the stream. */
  takes(event: Buffer): boolean;
  /** Puts it there; false where that is not possible. */
  send(event: Buffer): boolean;
}

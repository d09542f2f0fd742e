/** An event stream into which the gateway can put events beside the relayed ones. */
export interface EventSink {
  /** Whether `send` would put this event into the stream. */
  takes(event: Buffer): boolean;
  /** Puts the event into the stream; false where that is not possible. */
  send(event: Buffer): boolean;
}

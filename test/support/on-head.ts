import type { Duplex } from 'node:stream';
import type { UpstreamConnection } from './upstream.ts';

/** For `rawUpstream`: acts once the head of the first request on a connection is there. */
export function onHead(
  act: (socket: Duplex, connection: UpstreamConnection) => void,
): (connection: UpstreamConnection) => void {
  return (connection) => {
    connection.has(/\r\n\r\n/).then(() => act(connection.socket, connection));
  };
}

/** Bytes from a string in which each character is one byte. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

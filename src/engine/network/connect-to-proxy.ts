import { isIP, connect as netConnect, type Socket } from 'node:net';
import { processNames } from '../../dns/process-names.ts';
import { nodeTls } from '../../lib/built-in.ts';
import type { HttpProxy } from './network.ts';

/**
 * Opens a connection to a proxy. Node decides whether it accepts the proxy's certificate, as for any server.
 */
export function connectToProxy({ isSecure, host, port }: HttpProxy): Socket {
  const options = { host, port, lookup: processNames.lookup, noDelay: true, keepAlive: true };
  if (!isSecure) return netConnect(options);
  return nodeTls().connect({ ...options, servername: isIP(host) === 0 ? host : '' });
}

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandError, systemCode } from '../command-error.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'the port may not be used by this user',
  EADDRNOTAVAIL: 'this machine does not have the address',
  ENOTFOUND: 'the name of the host is not known',
};

/**
 * Lets a server listen; gives the address at which it does.
 *
 * @throws {CommandError} where it cannot.
 */
export async function listen(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string | undefined },
): Promise<string> {
  server.listen({ port, host });
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = systemCode(error) ?? '';
    const where = host === undefined ? `port ${port}` : `${host}, port ${port}`;
    throw new CommandError(`cannot listen on ${where}: ${REASONS[code] ?? error} (${code})`);
  }
  const { address, port: actual } = server.address() as AddressInfo;
  const name = host === undefined ? 'localhost' : address;
  return `${name.includes(':') ? `[${name}]` : name}:${actual}`;
}

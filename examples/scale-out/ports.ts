import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Gives free ports, each only once. */
export class Ports {
  readonly #areRandom: boolean;
  readonly #given = new Set<number>();

  /** @param areRandom - Whether the ports are random, not near the wanted ones. */
  constructor(areRandom: boolean) {
    this.#areRandom = areRandom;
  }

  /** The port that is wanted, or the next one that is free. */
  async take(wanted: number): Promise<number> {
    // Below the ports that outgoing connections get: nothing takes it while its process is down.
    let port = this.#areRandom ? randomInt(10_000, 32_768) : wanted;
    while (this.#given.has(port) || !(await isFree(port))) port += 1;
    this.#given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const isListening = await succeeds(once(server, 'listening'));
  if (!isListening) return false;
  server.close();
  await once(server, 'close');
  return true;
}

/** Whether a process listens on this port. */
export async function isTaken(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return succeeds(once(socket, 'connect')).finally(() => socket.destroy());
}

function succeeds(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  );
}

import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { RedisStore } from 'rate-limit-redis';
import { createClient } from 'redis';
import type { Redis } from '../../support/redis.ts';
import { atTestEnd, serveRaw } from '../../support/servers.ts';

/** A way to a Redis on which its answers wait for as long as a test says. */
export class SlowWay extends EventEmitter {
  url = '';
  #isHolding = false;
  readonly #waiting: (() => void)[] = [];

  /** From now on, answers wait. */
  hold(): void {
    this.#isHolding = true;
  }

  /** Waits until so many answers wait, each of them whole. */
  async held(number: number): Promise<void> {
    while (this.#waiting.length < number) await once(this, 'held');
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Lets those that wait go on; those that come after them wait still. */
  deliver(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Lets those that wait go on, and none waits any more. */
  release(): void {
    this.#isHolding = false;
    this.deliver();
  }

  /** Redis has answered. */
  take(answer: Buffer, near: Socket): void {
    this.#waiting.push(() => {
      if (near.writable) near.write(answer);
    });
    if (this.#isHolding) this.emit('held');
    else this.deliver();
  }
}

export async function slowWayTo(redis: Redis): Promise<SlowWay> {
  const way = new SlowWay();
  const to = Number(new URL(redis.url).port);
  const { port } = await serveRaw((near) => {
    const far = connect(to, '127.0.0.1').setNoDelay();
    const end = () => {
      near.destroy();
      far.destroy();
    };
    near.on('data', (chunk) => far.write(chunk)).on('close', end);
    let rest: Buffer = Buffer.alloc(0);
    far.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end = endOfAnswer(rest, 0); end !== undefined; end = endOfAnswer(rest, 0)) {
        way.take(rest.subarray(0, end), near);
        rest = rest.subarray(end);
      }
    });
    far.on('error', end).on('close', end);
  });
  way.url = `redis://127.0.0.1:${port}`;
  return way;
}

/** How many parts an answer has for each that it says it has. */
const PARTS: Readonly<Record<string, number>> = { '*': 1, '~': 1, '>': 1, '%': 2 };
/** What has as many bytes as it says it has. */
const BULKS = '$=!';

/**
 * Where the answer that begins at `from` ends; nothing while it is not there whole.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
function endOfAnswer(bytes: Buffer, from: number): number | undefined {
  const lineEnd = bytes.indexOf('\r\n', from);
  if (lineEnd === -1) return undefined;
  const type = bytes.toString('latin1', from, from + 1);
  const size = Number(bytes.toString('latin1', from + 1, lineEnd));
  let end: number | undefined = lineEnd + 2;
  if (BULKS.includes(type) && size >= 0) end += size + 2;
  for (let parts = size * (PARTS[type] ?? 0); parts > 0 && end !== undefined; parts -= 1) {
    end = endOfAnswer(bytes, end);
  }
  return end === undefined || end > bytes.length ? undefined : end;
}

/** A store as `examples/redis.ts` makes it, with a connection of its own. */
export async function redisStoreAt({ url }: { readonly url: string }): Promise<RedisStore> {
  const redis = createClient({ url, disableOfflineQueue: true });
  redis.on('error', () => {});
  atTestEnd(() => redis.destroy());
  await redis.connect();
  return new RedisStore({
    prefix: 'mcp-limit:',
    sendCommand: (...command) => redis.sendCommand(command),
  });
}

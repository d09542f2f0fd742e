import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { RedisStore } from 'rate-limit-redis';
import { createClient } from 'redis';
import type { Redis } from '../../support/redis.ts';
import { atTestEnd, serveRaw } from '../../support/servers.ts';

/** A way to a Redis on which each of its answers takes a while. */
export interface SlowWay {
  readonly url: string;
  /** How long, from now on. */
  delayMs: number;
  /** How many parts of answers are on their way. */
  readonly pending: number;
  /** Waits until none is. */
  idle(): Promise<void>;
}

export async function slowWayTo(redis: Redis, delayMs: number): Promise<SlowWay> {
  const deliveries = new EventEmitter();
  let pending = 0;
  const to = Number(new URL(redis.url).port);
  const { port } = await serveRaw((near) => {
    const far = connect(to, '127.0.0.1').setNoDelay();
    const end = () => {
      near.destroy();
      far.destroy();
    };
    near.on('data', (chunk) => far.write(chunk)).on('close', end);
    // What is given a shorter delay does not overtake what came before it.
    let last = 0;
    far.on('data', (chunk) => {
      last = Math.max(last, performance.now() + own.delayMs);
      pending += 1;
      setTimeout(() => {
        pending -= 1;
        if (near.writable) near.write(chunk);
        deliveries.emit('delivery');
      }, last - performance.now());
    });
    far.on('error', end).on('close', end);
  });
  const own: SlowWay = {
    url: `redis://127.0.0.1:${port}`,
    delayMs,
    get pending() {
      return pending;
    },
    async idle() {
      while (pending > 0) await once(deliveries, 'delivery');
    },
  };
  return own;
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

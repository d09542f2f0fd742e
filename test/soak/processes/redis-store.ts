import { createClient } from 'redis';
import type { SessionStore } from '../../../src/index.ts';

/** The store of `examples/redis-sessions.ts`. `onAsked` gets the begin and the end of each command. */
export async function redisStore(
  url: string,
  onAsked: (from: number, to: number) => void,
): Promise<SessionStore> {
  const redis = createClient({ url, keyPrefix: 'mcp-session:', disableOfflineQueue: true });
  redis.on('error', (error) => process.stderr.write(`Redis: ${error}\n`));
  await redis.connect();

  async function ask<T>(command: Promise<T>): Promise<T> {
    const from = Date.now();
    return command.finally(() => onAsked(from, Date.now()));
  }

  return {
    async get(key, ttlMs) {
      return (await ask(redis.getEx(key, { type: 'PX', value: ttlMs }))) ?? undefined;
    },
    async add(key, value, ttlMs) {
      const expiration = { type: 'PX', value: ttlMs } as const;
      return (
        (await ask(redis.set(key, value, { condition: 'NX', GET: true, expiration }))) ?? value
      );
    },
    delete: (key) => ask(redis.del(key)),
  };
}

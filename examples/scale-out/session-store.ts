import type { SessionStore } from '../../src/index.ts';

type SendCommand = <Reply>(...command: string[]) => Promise<Reply>;

/** Keeps in Redis (7 or later) the owner of each session, and the upstream where it lives. */
export function sessionStore(send: SendCommand): SessionStore {
  const keyOf = (key: string) => `mcp-session:${key}`;
  return {
    async get(key, ttlMs) {
      return (await send<string | null>('GETEX', keyOf(key), 'PX', `${ttlMs}`)) ?? undefined;
    },
    peek: async (key) => (await send<string | null>('GET', keyOf(key))) ?? undefined,
    async add(key, value, ttlMs) {
      const command = ['SET', keyOf(key), value, 'NX', 'GET', 'PX', `${ttlMs}`];
      return (await send<string | null>(...command)) ?? value;
    },
    delete: (key) => send('DEL', keyOf(key)),
  };
}

import { getEventListeners } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import {
  accessLog,
  allowTools,
  createMcpGateway,
  type GatewayConfig,
  jwt,
  type SessionStore,
} from '../src/index.ts';
import { readConfig } from '../src/read-config.ts';
import { pathsOf } from './support/config-error.ts';

const log = { info() {}, warn() {}, error() {} };

/** Every option that has something to start, and what was called of what it was given. */
function everything(): { config: GatewayConfig; calls: string[]; limitStore: object } {
  const calls: string[] = [];
  const recorded = <T extends object>(name: string, functions: readonly string[]): T =>
    Object.fromEntries(functions.map((call) => [call, () => calls.push(`${name}.${call}`)])) as T;
  const limitStore = recorded<object>('limit', ['init', 'increment', 'decrement', 'resetKey']);
  const publicUrl = 'https://gateway.example/mcp';
  const config: GatewayConfig = {
    target: 'http://127.0.0.1:1/mcp',
    publicUrl,
    auth: jwt({ issuer: 'https://idp.example', audience: publicUrl }),
    sessions: { store: recorded<SessionStore>('sessions', ['get', 'add', 'delete']) },
    rateLimit: [
      { limit: 5, window: '1m', store: limitStore as never },
      { limit: 5, window: '1m', by: 'user' },
    ],
    streams: { perUser: 3 },
    policies: allowTools('*'),
    filterLists: true,
    headers: { set: { Authorization: 'secret' } },
    legacySse: { path: '/sse', messagePath: '/messages' },
    observe: accessLog(log),
    use: () => calls.push('use'),
    onError: () => calls.push('onError'),
  };
  return { config, calls, limitStore };
}

/** What keeps the process busy, or is called by it. */
function effects(): unknown {
  const listeners = process
    .eventNames()
    .map((name) => [name, getEventListeners(process, name).length]);
  return { resources: process.getActiveResourcesInfo(), listeners };
}

describe('a configuration is read before anything is built', () => {
  test('reading one, and once more, has no effect and gives the same', () => {
    const { config, calls } = everything();
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const before = effects();
    const [first, second] = [readConfig(config), readConfig(config)];
    expect(effects()).toEqual(before);
    expect(calls).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
    expect(Object.keys(first.slots)).toEqual(Object.keys(second.slots));
    warned.mockRestore();
  });

  test('one with a mistake anywhere builds nothing', async () => {
    const { config, calls, limitStore } = everything();
    const before = effects();
    expect(pathsOf(() => createMcpGateway({ ...config, use: 'auth' as never }))).toEqual(['use']);
    expect(effects()).toEqual(before);
    expect(calls).toEqual([]);
    // Its store is nobody's yet: it may have another window.
    const rateLimit = { limit: 5, window: '5m', store: limitStore as never };
    createMcpGateway({ ...config, rateLimit });
    // The library that makes a store ready is loaded first.
    while (calls.length === 0) await new Promise(setImmediate);
    expect(calls).toEqual(['limit.init']);
  });

  test('a slot that is off is not in the plan', () => {
    const { slots } = readConfig({
      target: 'http://127.0.0.1:1/mcp',
      cors: false,
      bodyLimit: false,
    });
    const on = Object.entries(slots).filter(([, settings]) => settings !== undefined);
    expect(on.map(([name]) => name)).toEqual(['turn', 'head', 'draining', 'methods']);
  });
});

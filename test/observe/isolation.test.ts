import { once } from 'node:events';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createMcpGateway, type Observer } from '../../src/index.ts';
import { CALLBACKS } from '../../src/slots/observe/isolate.ts';
import { forkModule } from '../support/fork-module.ts';
import { startGateway } from '../support/gateway.ts';
import { atTestEnd } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';
import { FAILURES, failingIn } from './support/hostile-observers.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

const EVENTS = 'data: 1\n\ndata: 2\n\n';

async function eventUpstream() {
  return recordingUpstream((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(EVENTS);
  });
}

/** What was reported of observers, once all that was rejected has been. */
async function reported(emitted: { mock: { calls: unknown[][] } }): Promise<unknown[]> {
  await new Promise(setImmediate);
  return emitted.mock.calls
    .filter(([, options]) => (options as { code?: string })?.code === 'MCP_GATEWAY_OBSERVER')
    .map(([message]) => message);
}

/** Those that are told of requests. */
const OF_REQUESTS = CALLBACKS.filter((name) => !['onTarget', 'onUpdate'].includes(name));

describe.each(OF_REQUESTS)('an observer that fails in %s', (callback) => {
  test.each(Object.entries(FAILURES))(
    'and %s: neither the answer nor another observer is touched; it is reported once',
    async (_how, fail) => {
      const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const { target } = await eventUpstream();
      const [before, after] = [witness(), witness()];
      const hostile = failingIn(callback, fail) as Observer;
      const { url, errors } = await startGateway({ target, observe: [before, hostile, after] });

      for (const n of [0, 1]) {
        const response = await fetch(url, { method: 'POST', body: '{}' });
        expect(response.status).toBe(200);
        expect(await response.text()).toBe(EVENTS);
        await after.record(n);
      }

      for (const observer of [before, after]) {
        for (const name of OF_REQUESTS) expect(observer.told(name).length).toBeGreaterThan(0);
        expect(observer.records).toHaveLength(2);
        expect(observer.told('onEvent')).toHaveLength(4);
      }
      expect(after.records).toEqual(before.records);
      expect(errors).toEqual([]);
      expect(await reported(emitted)).toEqual([expect.stringContaining(callback)]);
    },
  );
});

test.each(Object.entries(FAILURES))(
  'an observer that fails in onTarget and %s: the others hear of the target, and it is reported once',
  async (_how, fail) => {
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const [before, after] = [witness(), witness()];
    const hostile = failingIn('onTarget', fail) as Observer;
    const urls = ['http://127.0.0.1:1/mcp', 'http://127.0.0.1:2/mcp'];
    const gateway = createMcpGateway({ target: urls, observe: [before, hostile, after] });
    void gateway.drain(urls[0] as string);
    gateway.restore(urls[0] as string);
    for (const { changes } of [before, after]) {
      expect(changes.map(([{ state }]) => state)).toEqual(['draining', 'closed']);
    }
    expect(await reported(emitted)).toEqual([expect.stringContaining('onTarget')]);
  },
);

test('each of several that fail is reported, once for all its callbacks', async () => {
  const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const { target } = await eventUpstream();
  const fail = FAILURES['throws an error'] as () => unknown;
  const last = witness();
  const { url } = await startGateway({
    target,
    observe: [failingIn('all', fail), failingIn('onClose', fail), last] as Observer[],
  });
  await (await fetch(url)).text();
  await last.record();
  expect(await reported(emitted)).toEqual([
    expect.stringMatching(/onRequest: Error at \S*hostile-observers\.ts:\d+:\d+$/),
    expect.stringMatching(/onClose: Error at \S*hostile-observers\.ts:\d+:\d+$/),
  ]);
});

test('one that fails later is called all the same', async () => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const { target } = await eventUpstream();
  const last = witness();
  let calls = 0;
  const hostile: Observer = {
    onClose() {
      calls += 1;
      throw new Error('observer');
    },
  };
  const { url } = await startGateway({ target, observe: [hostile, last] });
  for (const n of [0, 1, 2]) {
    await (await fetch(url)).text();
    await last.record(n);
  }
  expect(calls).toBe(3);
});

test('no way to fail ends the process, or is an unhandled rejection', async () => {
  const script = new URL('./support/hostile-process.ts', import.meta.url);
  const child = forkModule(script, [], { silent: true });
  atTestEnd(() => void child.kill());
  const [{ port }] = await once(child, 'message');
  for (let i = 0; i < 3; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', body: '{}' });
    expect(await response.text()).toBe('data: 1\n\n');
  }
  child.send('report');
  const [{ warnings, uncaught }] = await once(child, 'message');
  expect(uncaught).toEqual([]);
  expect(warnings).toHaveLength(Object.keys(FAILURES).length);
});

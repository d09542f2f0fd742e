import { expect, test } from '@jest/globals';
import { closedPort } from '../support/closed-port.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { BACKEND_EXTRA } from './support/base.ts';
import { runningWith } from './support/running.ts';

const CLIENT = [...BACKEND_EXTRA, 'backend/http/client'];

test('a backend is asked for at its proxy_address, and not by itself', async () => {
  const proxy = await recordingUpstream();
  const { ask, upstream } = await runningWith([
    [CLIENT, { proxy_address: `http://${proxy.host}` }],
  ]);
  expect((await ask({})).status).toBe(200);
  expect(proxy.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    `POST http://${upstream.host}/mcp`,
  ]);
  expect(upstream.seen).toEqual([]);
});

test('a backend is never reached around a proxy that is not there', async () => {
  const { ask, upstream } = await runningWith([
    [CLIENT, { proxy_address: `http://127.0.0.1:${await closedPort()}` }],
  ]);
  expect((await ask({})).status).toBe(502);
  expect(upstream.seen).toEqual([]);
});

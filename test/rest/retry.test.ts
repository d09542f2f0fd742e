import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, jest, test } from '@jest/globals';
import type { RestToolsOptions } from '../../src/exports/rest.ts';
import { holdTimers } from '../support/fake-time.ts';
import { serveRaw } from '../support/servers.ts';
import { call, document, startRest } from './support/rest-gateway.ts';

const OPENAPI = document({ '/a': { get: { operationId: 'get' }, post: { operationId: 'post' } } });
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

async function start(onRequest: (socket: Socket) => void, tools: RestToolsOptions['tools'] = {}) {
  const requests: string[] = [];
  const { port } = await serveRaw((socket) => {
    socket.on('data', (chunk) => {
      requests.push(String(chunk).split(' ')[0] as string);
      onRequest(socket);
    });
  });
  const { client } = await startRest({
    openapi: OPENAPI,
    baseUrl: `http://127.0.0.1:${port}`,
    operations: ['get', 'post'],
    tools,
    onError: () => {},
  });
  return { client, requests };
}

describe('a request that an API has seen is not sent again', () => {
  test.each(['get', 'post'])('%s, closed before its answer', async (tool) => {
    const { client, requests } = await start((socket) => socket.destroy());
    expect(await call(client, tool)).toMatchObject({
      isError: true,
      text: expect.stringContaining('It is not known whether it has done what was asked'),
    });
    expect(requests).toEqual([tool.toUpperCase()]);
  });

  test('closed within its answer', async () => {
    const { client, requests } = await start((socket) => {
      socket.end(ANSWER.replace('Length: 2', 'Length: 9'));
    });
    expect((await call(client, 'get')).isError).toBe(true);
    expect(requests).toHaveLength(1);
  });

  test('what is no HTTP', async () => {
    const { client } = await start((socket) => socket.end('hello\r\n\r\n'));
    const { isError, text } = await call(client, 'get');
    expect(isError).toBe(true);
    expect(text).not.toMatch(/hello|HPE|Parse/);
  });

  test('an answer that is no end of the conversation', async () => {
    const { client } = await start((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    });
    expect((await call(client, 'get')).isError).toBe(true);
  });
});

describe('where no connection was made', () => {
  test.each([
    ['get', 2],
    ['post', 1],
  ])('%s is tried %d times', async (tool, times) => {
    const told: unknown[] = [];
    const attempts: unknown[] = [];
    const { client } = await startRest({
      openapi: OPENAPI,
      // Nobody listens on the port of `tcpmux`.
      baseUrl: 'http://127.0.0.1:1',
      operations: ['get', 'post'],
      onError: (error) => told.push(error),
    });
    const { subscribe, unsubscribe } = await import('node:diagnostics_channel');
    const note = (message: unknown) => attempts.push(message);
    subscribe('http.client.request.start', note);
    expect((await call(client, tool)).text).toBe('The API cannot be reached. Try again later.');
    unsubscribe('http.client.request.start', note);
    const toApi = attempts.filter(
      (message) => (message as { request: { host: string; path: string } }).request.path === '/a',
    );
    expect(toApi).toHaveLength(times);
    expect(told).toHaveLength(1);
  });
});

test.each<[string, Record<string, { timeout: string }>, number, string]>([
  ['30 seconds by default', {}, 30_000, ''],
  ['its own time of a tool', { get: { timeout: '2s' } }, 2000, ''],
  ['within an answer', {}, 30_000, ANSWER.replace('Length: 2', 'Length: 9')],
])('an API that does not answer in time is left: %s', async (_, tools, ms, part) => {
  const api = new EventEmitter();
  const asked = once(api, 'asked');
  const { client, requests } = await start((socket) => {
    socket.write(part);
    // In order, or not.
    for (const event of ['end', 'close']) socket.once(event, () => api.emit('closed'));
    api.emit('asked');
  }, tools);
  holdTimers();
  const closed = once(api, 'closed');
  const pending = call(client, 'get');
  let isOver = false;
  const noted = pending.then((result) => {
    isOver = true;
    return result;
  });
  await asked;
  jest.advanceTimersByTime(ms - 1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  jest.advanceTimersByTime(1);
  expect(await noted).toMatchObject({
    isError: true,
    text: 'The API did not answer in time. It is not known whether it has done what was asked.',
  });
  await closed;
  expect(requests).toEqual(['GET']);
});

import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, jest, test } from '@jest/globals';
import type { Engine, UpstreamListener, UpstreamRequest } from '../../src/engine/engine.ts';
import { httpProxyMiddlewareEngine } from '../../src/engine/http-proxy-middleware.ts';
import { PLAIN_NETWORK } from '../../src/engine/network/network.ts';
import type { UpstreamAnswer } from '../../src/engine/upstream-answer.ts';
import { HealthCheck } from '../../src/targets/health-check.ts';
import { holdTimers } from '../support/fake-time.ts';
import { atTestEnd, serve } from '../support/servers.ts';

const SETTINGS = { path: '/healthz', everyMs: 10_000, timeoutMs: 2_000 };

interface Asked {
  readonly request: UpstreamRequest;
  readonly listener: UpstreamListener;
  isAborted: boolean;
}

/** A check whose host the test plays, in time that passes when it says so. */
function play(settings = SETTINGS) {
  holdTimers();
  const asked: Asked[] = [];
  const changes: boolean[] = [];
  const engine: Engine = (request, listener) => {
    const one: Asked = { request, listener, isAborted: false };
    asked.push(one);
    return {
      abort: () => {
        one.isAborted = true;
      },
    };
  };
  const check = new HealthCheck(engine, settings, '1.1 gateway', (isHealthy) => {
    changes.push(isHealthy);
  });
  atTestEnd(() => check.stop());
  const last = () => asked.at(-1) as Asked;
  const answer = async (status: number) => {
    const body = new PassThrough();
    last().listener.onAnswer({ status, body } as unknown as UpstreamAnswer);
    if (status >= 200 && status < 300) await once(body.end('well'), 'end');
  };
  const fail = () =>
    last().listener.onFailure({
      kind: 'unreachable',
      hasBegun: false,
      cause: new Error('refused'),
    });
  const next = () => jest.advanceTimersByTime(settings.everyMs);
  return { check, asked, changes, last, answer, fail, next };
}

test('asks at once with a GET, and takes the host for well until it knows better', () => {
  const { check, asked } = play();
  expect(check.isHealthy).toBe(true);
  expect(asked.map(({ request }) => request)).toMatchObject([
    { method: 'GET', path: '/healthz', headers: { Via: '1.1 gateway' } },
  ]);
});

test('asks regularly, and begins nothing while a request is under way', async () => {
  const { asked, answer, next } = play({ ...SETTINGS, timeoutMs: 25_000 });
  next();
  next();
  expect(asked).toHaveLength(1);
  await answer(200);
  next();
  expect(asked).toHaveLength(2);
});

test('two failures in a row take a host out, and one success brings it in', async () => {
  const { check, changes, answer, fail, next } = play();
  fail();
  next();
  await answer(200);
  next();
  fail();
  expect([check.isHealthy, changes]).toEqual([true, []]);
  next();
  fail();
  expect([check.isHealthy, changes]).toEqual([false, [false]]);
  next();
  fail();
  expect(changes).toEqual([false]);
  next();
  await answer(204);
  expect([check.isHealthy, changes]).toEqual([true, [false, true]]);
});

test.each([100, 199, 300, 302, 401, 404, 405, 429, 500, 503])('%d is a failure', async (status) => {
  const { check, answer, last, next } = play();
  await answer(status);
  expect(last().isAborted).toBe(true);
  next();
  await answer(status);
  expect(check.isHealthy).toBe(false);
});

test('no answer in time is a failure, and the request is taken back', () => {
  const { check, asked, next } = play();
  jest.advanceTimersByTime(2000);
  expect(asked[0]?.isAborted).toBe(true);
  expect(check.isHealthy).toBe(true);
  next();
  expect(check.isHealthy).toBe(false);
});

test('an answer that does not end in time is a failure', () => {
  const { check, last, next } = play();
  for (let i = 0; i < 2; i += 1) {
    const body = new PassThrough();
    last().listener.onAnswer({ status: 200, body } as unknown as UpstreamAnswer);
    body.write('well, but');
    next();
  }
  expect(check.isHealthy).toBe(false);
});

test('counts one failure a request, however often it is told', () => {
  const { check, fail, last } = play();
  fail();
  fail();
  last().listener.onAnswer({ status: 500 } as UpstreamAnswer);
  jest.advanceTimersByTime(2000);
  expect(check.isHealthy).toBe(true);
});

test('stops: no request, no timer, no word', () => {
  const { check, asked, changes, fail } = play();
  fail();
  jest.advanceTimersByTime(SETTINGS.everyMs);
  check.stop();
  expect(asked.map(({ isAborted }) => isAborted)).toEqual([true, true]);
  expect(jest.getTimerCount()).toBe(0);
  fail();
  expect(changes).toEqual([]);
});

test('does not keep a process alive', () => {
  const timeouts = jest.spyOn(globalThis, 'setTimeout');
  atTestEnd(() => timeouts.mockRestore());
  const check = new HealthCheck(
    () => ({ abort() {} }),
    SETTINGS,
    '1.1 gateway',
    () => {},
  );
  const timers = timeouts.mock.results.map(({ value }) => value as NodeJS.Timeout);
  check.stop();
  expect(timers.map((timer) => timer.hasRef())).toEqual([false, false]);
});

describe('a real host', () => {
  /** One that a check asks every few milliseconds; it answers as `answer` says at that moment. */
  async function start(timeoutMs = 5000) {
    const host = {
      answer: (_req: IncomingMessage, res: ServerResponse): void => void res.end('x'.repeat(1e6)),
      requests: 0,
      underWay: 0,
      most: 0,
    };
    const news = new EventEmitter();
    const seen: string[] = [];
    const { server, port } = await serve((req, res) => {
      host.requests += 1;
      host.underWay += 1;
      host.most = Math.max(host.most, host.underWay);
      res.on('close', () => {
        host.underWay -= 1;
      });
      seen.push(`${req.method} ${req.url} ${req.headers.via} ${req.headers['mcp-session-id']}`);
      host.answer(req, res);
      news.emit('request');
    });
    const sockets = new Set<unknown>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    const check = new HealthCheck(
      httpProxyMiddlewareEngine(new URL(`http://127.0.0.1:${port}/mcp?key=1`), PLAIN_NETWORK),
      { path: '/healthz?deep=1', everyMs: 5, timeoutMs },
      '1.1 gateway',
      (isHealthy) => news.emit(isHealthy ? 'in' : 'out'),
    );
    atTestEnd(() => check.stop());
    return { host, check, news, seen, sockets };
  }

  test('is asked for the path alone, one request at a time, and goes out and in', async () => {
    const { host, check, news, seen } = await start();
    while (host.requests < 5) await once(news, 'request');
    expect(check.isHealthy).toBe(true);
    host.answer = (_req, res) => void res.writeHead(500).end();
    await once(news, 'out');
    host.answer = (_req, res) => void res.end();
    await once(news, 'in');
    expect(new Set(seen)).toEqual(new Set(['GET /healthz?deep=1 1.1 gateway undefined']));
    expect(host.most).toBe(1);
  });

  test.each<[how: string, answer: (req: IncomingMessage, res: ServerResponse) => void]>([
    ['resets', (req) => void req.socket.resetAndDestroy()],
    ['never answers', () => {}],
    ['never ends', (_req, res) => void res.write('well')],
    ['says no HTTP', (req) => void req.socket.end('well\r\n\r\n')],
    [
      'cuts the answer',
      (_req, res) =>
        void res.writeHead(200, { 'Content-Length': '9' }).write('well', () => res.destroy()),
    ],
  ])('that %s goes out', async (_how, answer) => {
    const { host, news, check } = await start(200);
    host.answer = answer;
    await once(news, 'out');
    expect(check.isHealthy).toBe(false);
  });

  test('is left alone when the check stops', async () => {
    const { host, check, news, sockets } = await start();
    host.answer = () => {};
    await once(news, 'request');
    while (host.underWay === 0) await once(news, 'request');
    check.stop();
    while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(host.underWay).toBe(0);
  });
});

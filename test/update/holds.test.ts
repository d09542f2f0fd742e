import type { RequestListener } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import express, { Router } from 'express';
import { Registry } from 'prom-client';
import { prometheus } from '../../src/exports/prometheus.ts';
import { createMcpGateway, type GatewayConfig, GatewayConfigError } from '../../src/index.ts';
import { headerOf } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { requestBytes } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { call } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { Witness } from '../support/witness.ts';
import { failingAtReading } from './support/late-mistake.ts';
import { startUpdatable, startUpstream } from './support/updatable.ts';

const CALL = { body: call('x') };
const LAST_CHUNK = /\r\n0\r\n\r\n$/;

describe('the configuration', () => {
  test('that is new holds from the next request on, and for no request that came before', async () => {
    const { target } = await startUpstream();
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<boolean>();
    const { gateway, send } = await startUpdatable({
      target,
      policies: () => {
        asked.resolve();
        return answer.promise;
      },
      headers: { response: { set: { 'X-Config': 'old' } } },
    });
    const under = send(CALL);
    await asked.promise;
    gateway.update({ target, policies: () => false });
    expect(reasonOf(await send(CALL))).toBe('policy_denied');
    answer.resolve(true);
    const { status, ...old } = await under;
    expect([status, headerOf({ status, ...old }, 'X-Config')]).toEqual([200, 'old']);
  });

  test('sends a request that came before to the target that it was for', async () => {
    const [a, b] = [await startUpstream('a'), await startUpstream('b')];
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<boolean>();
    const policies = () => {
      asked.resolve();
      return answer.promise;
    };
    const { gateway, send } = await startUpdatable({
      target: [a.target, a.target],
      breaker: {},
      policies,
    });
    const under = send(CALL);
    await asked.promise;
    gateway.update({ target: [b.target, b.target] });
    expect(headerOf(await send(CALL), 'X-Upstream')).toBe('b');
    answer.resolve(true);
    expect(headerOf(await under, 'X-Upstream')).toBe('a');
  });

  test('may have another path: the old one is not found', async () => {
    const { target } = await startUpstream();
    const { gateway, send } = await startUpdatable({ target });
    gateway.update({ target, path: '/v2/mcp' });
    expect((await send(CALL)).status).toBe(404);
    expect((await send({ ...CALL, path: '/v2/mcp' })).status).toBe(200);
  });

  test('is that of the same router, which stays where the app has put it', async () => {
    const { target } = await startUpstream();
    const gateway = createMcpGateway({ target });
    gateway.use((_req, res) => {
      res.status(418).end();
    });
    const app = express().use('/a', gateway).use('/b', gateway);
    const { port } = await serve(app);
    gateway.update({ target, path: '/other' });
    const statuses = ['/a/other', '/b/other', '/a/mcp'].map(async (path) => {
      return (await send(port, { ...CALL, path })).status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 200, 418]);
  });

  test('may be given in what it calls itself: an observer, a policy, a header', async () => {
    const { target } = await startUpstream();
    const final = (at: string): GatewayConfig => ({
      target,
      headers: { response: { set: { 'X-From': at } } },
    });
    const ways: Readonly<Record<string, (update: () => void) => Omit<GatewayConfig, 'target'>>> = {
      onRequest: (onRequest) => ({ observe: { onRequest } }),
      onClose: (onClose) => ({ observe: { onClose } }),
      policies: (update) => ({
        policies: () => {
          update();
          return true;
        },
      }),
      'headers.set': (update) => ({
        headers: {
          set: {
            'X-A': () => {
              update();
              return 'a';
            },
          },
        },
      }),
    };
    for (const [name, way] of Object.entries(ways)) {
      const updatable = await startUpdatable({
        target,
        ...way(() => updatable.gateway.update(final(name))),
      });
      const first = await updatable.send(CALL);
      expect([first.status, headerOf(first, 'X-From')]).toEqual([200, undefined]);
      expect(headerOf(await updatable.send(CALL), 'X-From')).toBe(name);
    }
  });

  test('may have a handler or a router as its target, in place of a URL and back', async () => {
    const { target } = await startUpstream('url');
    const handler: RequestListener = (_req, res) => {
      res.setHeader('X-Upstream', 'handler').end('{}');
    };
    const router = Router().use((_req, res) => {
      res.set('X-Upstream', 'router').json({});
    });
    const { gateway, send } = await startUpdatable({ target });
    for (const [name, own] of Object.entries({ handler, router, url: target })) {
      for (let i = 0; i < 2; i += 1) {
        gateway.update({ target: own });
        expect(headerOf(await send(CALL), 'X-Upstream')).toBe(name);
      }
    }
  });
});

describe('a mistake', () => {
  const wrong: Readonly<Record<string, (target: string) => unknown>> = {
    'a value of the wrong type': (target) => ({ target, heartbeat: 'soon', path: 'mcp' }),
    'an unknown option': (target) => ({ target, limits: 1 }),
    'no target': () => ({}),
    'no object': () => undefined,
    'options that do not fit': (target) => ({ target, sessions: 'bind' }),
  };

  test.each(Object.entries(wrong))(
    '(%s) is thrown, and nothing has changed',
    async (_, configOf) => {
      const { target } = await startUpstream();
      const observer = new Witness();
      const rateLimit = { limit: 2, window: '1h', name: 'calls' } as const;
      const { gateway, send, open } = await startUpdatable({
        target,
        rateLimit,
        observe: observer,
      });
      const stream = await open();
      const { config, updatedAt } = gateway.stats();
      for (const options of [undefined, { streams: 'end' } as const]) {
        expect(() => gateway.update(configOf(target) as GatewayConfig, options)).toThrow(
          GatewayConfigError,
        );
      }
      expect(gateway.stats()).toMatchObject({ config, updatedAt, streams: { open: 1 } });
      expect((await send(CALL)).status).toBe(200);
      expect((await send(CALL)).status).toBe(429);
      expect(observer.updates).toEqual([]);
      expect(stream.ending).toBeUndefined();
    },
  );

  test('that shows only when a slot is built is thrown, and nothing has changed', async () => {
    const { target } = await startUpstream();
    const metrics = new Registry();
    const told = new Witness();
    const observe = [told, prometheus({ registry: metrics })];
    const rateLimit = { limit: 2, window: '1h', name: 'calls' } as const;
    const { gateway, send, open } = await startUpdatable({ target, rateLimit, observe });
    const stream = await open();
    const { config } = gateway.stats();
    const wrongAt = (reading: number): GatewayConfig => ({
      target: [target, `${target}?second`],
      publicUrl: 'https://mcp.example/mcp',
      breaker: { failures: 1 },
      health: { path: '/healthz', every: '1h' },
      name: 'wrong',
      observe: [...observe, failingAtReading(reading)],
      rateLimit: { limit: 9, window: '1h', name: 'calls' },
    });
    // It is read when the options are, and again by the slot.
    for (const reading of [1, 2]) {
      expect(() => gateway.update(wrongAt(reading), { streams: 'end' })).toThrow('not today');
      expect(gateway.stats()).toMatchObject({ config, updatedAt: undefined, streams: { open: 1 } });
      expect(gateway.targets()).toHaveLength(1);
    }
    expect([(await send(CALL)).status, (await send(CALL)).status]).toEqual([200, 429]);
    expect([told.updates, told.changes, stream.ending]).toEqual([[], [], undefined]);
    expect(await metrics.metrics()).not.toContain('wrong');
    gateway.update(wrongAt(0));
    expect(gateway.stats().gateway).toBe('wrong');
    expect((await send(CALL)).status).toBe(200);
  });

  test('in the second argument is one as well, and has a path', async () => {
    const { target } = await startUpstream();
    const { gateway } = await startUpdatable({ target });
    const update = (options: object) => () => gateway.update({ target, path: '/a' }, options);
    expect(update({ streams: 'cut' })).toThrow(/options\.streams: .*'keep' or 'end'/);
    expect(update({ stream: 'end' })).toThrow(/options\.stream: .*streams/);
    expect(gateway.stats().gateway).toBe('/mcp');
  });

  test('in the first one names update()', async () => {
    const { target } = await startUpstream();
    const { gateway } = await startUpdatable({ target });
    const update = (config: unknown) => () => gateway.update(config as GatewayConfig);
    expect(update(null)).toThrow(/^Invalid configuration of update\(\):\n {2}update: given null; /);
    expect(update({ target, colour: 1 })).toThrow(/ of update\(\):\n {2}colour: /);
  });
});

describe("with streams: 'end'", () => {
  const config = async (): Promise<{ target: string; observe: Witness }> => {
    return { target: (await startUpstream()).target, observe: new Witness() };
  };

  test('an event stream ends between two events, and the next one is of the new configuration', async () => {
    const upstream = await startUpstream();
    const observe = new Witness();
    const { gateway, open } = await startUpdatable({ target: upstream.target, observe });
    const stream = await open();
    const gone = new Promise((resolve) => upstream.streams[0]?.on('close', resolve));
    upstream.streams[0]?.write('data: 2');
    await stream.has(/data: 2/);
    gateway.update({ target: upstream.target, observe }, { streams: 'end' });
    upstream.streams[0]?.write('\n\n');
    expect(await stream.closed()).toMatch(/data: 2[\s\S]*\n\n\r\n0\r\n\r\n$/);
    await gone;
    await open();
    expect(observe.records).toMatchObject([{ end: 'updated', origin: undefined, status: 200 }]);
    expect(observe.updates).toMatchObject([[{ streams: 'end' }, '/mcp']]);
  });

  test('streams of all earlier configurations end, and one that only then begins as well', async () => {
    const held = Promise.withResolvers<void>();
    const { port } = await serve(async (req, res) => {
      req.resume();
      if (req.headers['x-hold'] !== undefined) await held.promise;
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
    });
    const target = `http://127.0.0.1:${port}/mcp`;
    const headers = { forward: ['X-Hold'] };
    const arrived = Promise.withResolvers<void>();
    const use = ((req, _res, next) => {
      if (req.headers['x-hold'] !== undefined) arrived.resolve();
      next();
    }) satisfies GatewayConfig['use'];
    const { gateway, port: own, open } = await startUpdatable({ target, headers, use });
    const first = await open();
    gateway.update({ target, headers, use });
    const second = await open();
    const late = await rawClient(own);
    late.send(requestBytes({ method: 'GET', headers: { 'X-Hold': '1' } }));
    await arrived.promise;
    gateway.update({ target }, { streams: 'end' });
    const third = await open();
    held.resolve();
    for (const stream of [first, second, late]) expect(await stream.closed()).toMatch(LAST_CHUNK);
    expect(third.ending).toBeUndefined();
    expect(gateway.stats().streams.open).toBe(1);
  });

  test('the answer to a call goes on, although it is a stream', async () => {
    const begun = Promise.withResolvers<import('node:http').ServerResponse>();
    const { port } = await serve((req, res) => {
      req.resume();
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
      begun.resolve(res);
    });
    const target = `http://127.0.0.1:${port}/mcp`;
    const { gateway, port: own } = await startUpdatable({ target });
    const client = await rawClient(own);
    client.send(requestBytes(CALL));
    const res = await begun.promise;
    await client.has(/data: 1/);
    gateway.update({ target }, { streams: 'end' });
    res.end('data: 2\n\n');
    expect(await client.closed()).toMatch(/data: 2\n\n\r\n0\r\n\r\n$/);
  });

  test('none ends where the option is not given', async () => {
    const { target, observe } = await config();
    const { gateway, open } = await startUpdatable({ target, observe });
    const stream = await open();
    gateway.update({ target, observe });
    gateway.update({ target, observe }, { streams: 'keep' });
    await open();
    expect([stream.ending, observe.records]).toEqual([undefined, []]);
  });
});

describe('close()', () => {
  test('waits for requests of all configurations, and ends streams of all', async () => {
    const { target } = await startUpstream();
    const { gateway, open, send } = await startUpdatable({ target });
    const first = await open();
    gateway.update({ target, path: '/mcp', name: 'second' });
    const second = await open();
    const closed = gateway.close();
    for (const stream of [first, second]) expect(await stream.closed()).toMatch(LAST_CHUNK);
    await closed;
    expect(reasonOf(await send(CALL))).toBe('draining');
  });

  test('holds over an update: the gateway stays out of service, and asks no target how it is', async () => {
    const upstream = await startUpstream();
    const { target } = upstream;
    const { gateway, send } = await startUpdatable({ target });
    await gateway.close();
    const health = { path: '/healthz', every: '1ms' } as const;
    gateway.update({ target, path: '/v2', health });
    expect(reasonOf(await send({ ...CALL, path: '/v2' }))).toBe('draining');
    expect(gateway.stats().draining).toBe(true);
    await gateway.close();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(upstream.seen).toEqual([]);
  });
});

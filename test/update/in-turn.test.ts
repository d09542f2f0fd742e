import { expect, test } from '@jest/globals';
import type { GatewayConfig, GatewayUpdate, Observer } from '../../src/index.ts';
import { headerOf } from '../support/client/answer.ts';
import { closedPort } from '../support/closed-port.ts';
import { call } from '../support/messages.ts';
import { Witness } from '../support/witness.ts';
import { failingAtReading } from './support/late-mistake.ts';
import { startUpdatable, startUpstream } from './support/updatable.ts';

const CALL = { body: call('x') };

test('several updates in one turn hold one after the other, and the last one stays', async () => {
  const { target } = await startUpstream();
  const observe = new Witness();
  const { gateway, send } = await startUpdatable({ target, observe });
  const names = ['one', 'two', 'three'];
  const configs = names.map((name) => {
    gateway.update({ target, observe, name });
    return gateway.stats().config;
  });
  expect(new Set(configs).size).toBe(3);
  expect(observe.updates.map(([{ config }, name]) => [config, name])).toEqual(
    names.map((name, i) => [configs[i], name]),
  );
  expect(observe.updates.slice(1).map(([{ previous }]) => previous)).toEqual(configs.slice(0, 2));
  await send(CALL);
  expect((await observe.record()).gateway).toBe('three');
});

test('an observer that updates in onUpdate has all told of one after the other', async () => {
  const { target } = await startUpstream();
  const seen: string[] = [];
  const tellAs = (who: string) => (_update: GatewayUpdate, name: string) =>
    void seen.push(`${who} ${name}`);
  const nested: Observer = {
    onUpdate(_update, name) {
      seen.push(`nested ${name}`);
      if (name === 'first') gateway.update({ target, observe, name: 'second' });
      seen.push(`${name} over`);
    },
  };
  const observe: Observer[] = [
    { onUpdate: tellAs('before') },
    nested,
    { onUpdate: tellAs('after') },
  ];
  const { gateway, send } = await startUpdatable({ target, observe });
  gateway.update({ target, observe, name: 'first' });
  expect(seen).toEqual([
    'before first',
    'nested first',
    'first over',
    'after first',
    'before second',
    'nested second',
    'second over',
    'after second',
  ]);
  expect(gateway.stats().gateway).toBe('second');
  expect((await send(CALL)).status).toBe(200);
});

test('an update in onUpdate that fails while it is built takes no news from anybody', async () => {
  const { target } = await startUpstream();
  const hurried: Observer = {
    onUpdate() {
      const wrong = { target, observe: failingAtReading(2) };
      expect(() => gateway.update(wrong)).toThrow('not today');
    },
  };
  const behind = new Witness();
  const { gateway } = await startUpdatable({ target, observe: hurried });
  gateway.update({ target, observe: behind, name: 'tickets' });
  expect(behind.updates.map(([, name]) => name)).toEqual(['tickets']);
  expect.assertions(2);
});

test('an observer that updates when an update changes a target loses nothing of either', async () => {
  const gone = `http://127.0.0.1:${await closedPort()}/mcp`;
  const { target } = await startUpstream();
  const told: string[] = [];
  const observe: Observer = {
    onTarget({ state, reason }, name) {
      told.push(`${name} ${state} ${reason}`);
      if (reason !== 'update') return;
      const config: GatewayConfig = { target, observe, name: 'nested', rateLimit: RATE };
      gateway.update(config);
    },
    onUpdate(_update, name) {
      told.push(`${name} updated`);
    },
  };
  const RATE = { name: 'calls', limit: 1, window: '1h' } as const;
  const { gateway, send } = await startUpdatable({
    target: gone,
    observe,
    name: 'old',
    breaker: { failures: 1, openFor: '1h' },
  });
  await send(CALL);
  gateway.update({ target: gone, observe, name: 'outer', breaker: { failures: 2 } });
  expect(told).toEqual([
    'old open unreachable',
    'outer closed update',
    'outer updated',
    'nested updated',
  ]);
  expect(gateway.stats()).toMatchObject({ gateway: 'nested', targets: [{ url: target }] });
  // What the nested one counts is not forgotten by the outer one.
  gateway.update({ target, name: 'last', rateLimit: { ...RATE, limit: 2 } });
  expect((await send(CALL)).status).toBe(200);
  gateway.update({ target, name: 'last', rateLimit: RATE });
  expect((await send(CALL)).status).toBe(429);
});

test('what the caller does to its object afterwards changes nothing until it is given again', async () => {
  const [one, two] = [await startUpstream('one'), await startUpstream('two')];
  const limit = { name: 'calls', limit: 1, window: '1h' };
  const config = {
    target: [one.target],
    publicUrl: 'https://mcp.example/mcp',
    methods: ['POST', 'GET', 'DELETE'],
    rateLimit: [limit],
    headers: { response: { set: { 'X-B': 'first' } } },
    policies: [() => true],
  };
  const { gateway, send } = await startUpdatable({ target: two.target });
  gateway.update(config as never);
  const { config: before } = gateway.stats();
  config.target[0] = two.target;
  config.methods.length = 0;
  limit.limit = 5;
  config.headers.response.set['X-B'] = 'second';
  config.policies[0] = () => false;
  const first = await send(CALL);
  expect([first.status, first.body.includes('policy_denied')]).toEqual([200, false]);
  expect(headerOf(first, 'X-B')).toBe('first');
  expect((await send(CALL)).status).toBe(429);
  expect(one.seen).toHaveLength(1);
  config.methods.push('POST');
  gateway.update(config as never);
  expect(gateway.stats().config).not.toBe(before);
  expect((await send(CALL)).body).toContain('policy_denied');
  expect((await send({ method: 'GET' })).status).toBe(405);
});

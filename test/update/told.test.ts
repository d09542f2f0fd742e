import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { prometheus } from '../../src/exports/prometheus.ts';
import { accessLog, createMcpGateway, type GatewayConfig, type Observer } from '../../src/index.ts';
import { closedPort } from '../support/closed-port.ts';
import { call } from '../support/messages.ts';
import { Witness } from '../support/witness.ts';
import { startUpdatable, startUpstream } from './support/updatable.ts';

const CALL = { body: call('x') };

test('observers of both configurations are told, each once, and a failing one harms nobody', async () => {
  const { target } = await startUpstream();
  const [old, both, fresh] = [new Witness(), new Witness(), new Witness()];
  const failing: Observer = {
    onUpdate() {
      throw new Error('observer');
    },
  };
  const { gateway } = await startUpdatable({ target, observe: [failing, old, both] });
  const { config: previous } = gateway.stats();
  gateway.update({ target, observe: [both, both, fresh], name: 'tickets' });
  const { config } = gateway.stats();
  expect(config).not.toBe(previous);
  const told = [[{ config, previous, streams: 'keep' }, 'tickets']];
  expect([old.updates, both.updates, fresh.updates]).toEqual([told, told, told]);
  gateway.update({ target });
  gateway.update({ target });
  expect([old, both, fresh].map(({ updates }) => updates.length)).toEqual([1, 2, 2]);
});

test('a record names the configuration under which its request came', async () => {
  const { target } = await startUpstream();
  const lines: { config?: string }[] = [];
  const add = (line: object) => void lines.push(line);
  const config = { target, observe: accessLog({ info: add, warn: add, error: add }) };
  const { gateway, send, open } = await startUpdatable(config);
  const first = gateway.stats().config;
  const stream = await open();
  gateway.update({ ...config, heartbeat: '20s' });
  const second = gateway.stats().config;
  await send(CALL);
  const closed = stream.closed();
  await gateway.close();
  await closed;
  while (lines.length < 2) await new Promise(setImmediate);
  expect(lines.map((line) => line.config)).toEqual([second, first]);
});

test('a target is told of to observers of the new configuration, by the new name', async () => {
  const { target } = await startUpstream();
  const [old, fresh] = [new Witness(), new Witness()];
  const two = [target, `${target}?second`];
  const { gateway } = await startUpdatable({ target: two, observe: old });
  gateway.update({ target: two, observe: fresh, name: 'tickets' });
  const drained = gateway.drain(target);
  expect(old.changes).toEqual([]);
  expect(fresh.changes).toMatchObject([[{ state: 'draining' }, 'tickets']]);
  gateway.restore(target);
  await drained;
});

test('that a breaker begins anew is told to observers of the new configuration', async () => {
  const target = `http://127.0.0.1:${await closedPort()}/mcp`;
  const [old, fresh] = [new Witness(), new Witness()];
  const breaker = { failures: 1 };
  const { gateway, send } = await startUpdatable({ target, breaker, observe: old });
  await send(CALL);
  gateway.update({ target, observe: fresh });
  expect(old.changes).toMatchObject([[{ state: 'open' }, '/mcp']]);
  expect(fresh.changes).toMatchObject([
    [{ state: 'closed', previous: 'open', reason: 'update' }, '/mcp'],
  ]);
});

test('prometheus() has the state of each target once, under the name that holds', async () => {
  const { target } = await startUpstream();
  const registry = new Registry();
  const observe = prometheus({ registry });
  const two = [target, target.replace('127.0.0.1', 'localhost')];
  const { gateway } = await startUpdatable({ target: two, observe, name: 'first' });
  const states = async () => {
    const metric = await registry.getSingleMetric('mcp_gateway_target_state')?.get();
    return (metric?.values ?? [])
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => [labels.gateway, labels.state, value]);
  };
  const twice = (name: string) => [
    [name, 'closed', 1],
    [name, 'closed', 1],
  ];
  expect(await states()).toEqual(twice('first'));
  gateway.update({ target: two, observe, name: 'second' });
  gateway.update({ target: two, observe, name: 'second' });
  expect(await states()).toEqual(twice('second'));
  gateway.update({ target: two });
  expect(await states()).toEqual([]);
});

const nameOf = (
  config: Omit<GatewayConfig, 'target'>,
  target: unknown = 'https://up.example/mcp',
) => createMcpGateway({ target, ...config } as GatewayConfig).stats().config;

test('two configurations have one name where their options say the same, in whatever order', () => {
  expect(nameOf({ path: '/a', heartbeat: '20s' })).toBe(nameOf({ heartbeat: '20s', path: '/a' }));
  expect(nameOf({ policies: () => true })).toBe(nameOf({ policies: () => false }));
  const names = [
    nameOf({}),
    nameOf({ path: '/a' }),
    nameOf({ rateLimit: { limit: 1, window: '1m' } }),
    nameOf({ rateLimit: { limit: 2, window: '1m' } }),
    nameOf({ headers: { set: { 'X-A': 'a' } } }),
    nameOf({ headers: { set: { 'X-B': 'a' } } }),
    nameOf({}, 'https://up.example/other'),
    nameOf({}, ['https://up.example/mcp', 'https://two.example/mcp']),
  ];
  expect(new Set(names).size).toBe(names.length);
});

test('no secret is in the name of a configuration', () => {
  const withSecret = (secret: string) =>
    nameOf(
      {
        headers: { set: { Authorization: secret }, response: { set: { 'X-Key': secret } } },
        proxy: `http://user:${secret}@proxy.example:3128`,
        health: { path: `/healthz?key=${secret}` },
        auth: Object.assign(() => null, { secret }),
        observe: { onClose() {}, ...{ secret } },
        rateLimit: {
          limit: 1,
          window: '1m',
          store: { increment: never, decrement() {}, resetKey() {}, ...{ secret } },
        },
      },
      `https://up.example/mcp?key=${secret}`,
    );
  const never = () => new Promise<never>(() => {});
  expect(withSecret('one')).toBe(withSecret('two'));
});

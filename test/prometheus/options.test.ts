import { afterEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import { Counter, Registry, register } from 'prom-client';
import { prometheus } from '../../src/exports/prometheus.ts';
import { createMcpGateway, GatewayConfigError } from '../../src/index.ts';
import { samplesOf } from '../support/prometheus/metered-gateway.ts';
import { serve } from '../support/servers.ts';

const REQUESTS = 'mcp_gateway_requests_total';

afterEach(() => register.clear());

/** Two gateways in one app, each asked once. */
async function askBoth(first: ReturnType<typeof prometheus>, second: typeof first): Promise<void> {
  const target = 'http://127.0.0.1:1/mcp';
  const app = express();
  app.use(createMcpGateway({ target, path: '/first', observe: first }));
  app.use(createMcpGateway({ target, path: '/second', observe: second }));
  const { port } = await serve(app);
  for (const path of ['first', 'second']) {
    await (await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'PUT' })).text();
  }
}

const gatewaysIn = async (registry: Registry) =>
  (await samplesOf(registry, REQUESTS)).map(({ labels, value }) => [labels.gateway, value]);

const BOTH = [
  ['/first', 1],
  ['/second', 1],
];

describe('the registry', () => {
  test('is the global one of prom-client by default', () => {
    prometheus();
    expect(register.getSingleMetric(REQUESTS)).toBeDefined();
  });

  test('may be another one, and the global one stays as it is', () => {
    const registry = new Registry();
    prometheus({ registry });
    expect(registry.getSingleMetric(REQUESTS)).toBeDefined();
    expect(register.getSingleMetric(REQUESTS)).toBeUndefined();
  });

  test('one observer for several gateways', async () => {
    const registry = new Registry();
    const metrics = prometheus({ registry });
    await askBoth(metrics, metrics);
    expect(await gatewaysIn(registry)).toEqual(BOTH);
  });

  test('two observers of one registry count in the same metrics', async () => {
    await askBoth(prometheus(), prometheus());
    expect(await gatewaysIn(register)).toEqual(BOTH);
  });

  test('that an app has cleared gets its metrics again', async () => {
    prometheus();
    register.clear();
    const metrics = prometheus();
    await askBoth(metrics, metrics);
    expect(await gatewaysIn(register)).toEqual(BOTH);
  });

  test('that has metrics of these names from elsewhere is refused, with what to do', () => {
    const registry = new Registry();
    new Counter({ name: REQUESTS, help: 'Of another copy', registers: [registry] });
    const make = () => prometheus({ registry });
    expect(make).toThrow(GatewayConfigError);
    expect(make).toThrow(
      /registry: .*mcp_gateway_requests_total.*another copy of this package.*registry: new Registry\(\)/,
    );
    // Nothing of this one was left in it.
    expect(registry.getMetricsAsArray().length).toBe(1);
  });
});

describe('options', () => {
  test.each([
    [{ register: new Registry() }, /register: .*registry/],
    [{ registry: {} }, /registry: .*a Registry of prom-client/],
    [{ registry: null }, /registry: .*a Registry of prom-client/],
    ['global', /an object/],
    [null, /an object/],
  ])('%j is refused', (options, text) => {
    expect(() => prometheus(options as never)).toThrow(text);
  });
});

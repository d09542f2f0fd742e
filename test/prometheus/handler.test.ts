import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, jest, test } from '@jest/globals';
import connect from 'connect';
import express from 'express';
import { Gauge, type OpenMetricsContentType, Registry } from 'prom-client';
import { prometheus } from '../../src/exports/prometheus.ts';
import { startMetered } from '../support/prometheus/metered-gateway.ts';
import { atTestEnd, serve } from '../support/servers.ts';

const SECRET = 'SECRET-of-an-error';

async function startPage(registry = new Registry()) {
  const { handler } = prometheus({ registry });
  const { port } = await serve(handler);
  return { registry, handler, url: `http://127.0.0.1:${port}/metrics` };
}

function failing(registry: Registry, collect: () => void | Promise<void>): void {
  new Gauge({ name: 'failing', help: 'It fails', registers: [registry], collect });
}

function warnings() {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  atTestEnd(() => warned.mockRestore());
  return warned.mock.calls;
}

describe('what is served', () => {
  test('all that the registry has, as the type that it is', async () => {
    const { registry, url } = await startPage();
    new Gauge({ name: 'of_the_app', help: 'Of the app', registers: [registry] }).set(7);
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const text = await answer.text();
    expect(text).toBe(await registry.metrics());
    expect(text).toContain('\nof_the_app 7\n');
    expect(text).toContain('# TYPE mcp_gateway_requests_total counter\n');
  });

  test('a registry for OpenMetrics', async () => {
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const metered = await startMetered(
      { target: 'http://127.0.0.1:1/mcp' },
      registry as unknown as Registry,
    );
    await fetch(metered.url, { method: 'PUT' });
    await metered.told.record();
    for (let i = 0; i < 2; i += 1) {
      const answer = await fetch(`http://127.0.0.1:${metered.port}/metrics`);
      expect(answer.headers.get('content-type')).toBe(
        'application/openmetrics-text; version=1.0.0; charset=utf-8',
      );
      const text = await answer.text();
      expect(text).toMatch(/\nmcp_gateway_requests_total\{[^}]*status="405"[^}]*\} 1\n/);
      expect(text).toMatch(/\n# EOF\n$/);
    }
    // The same ones, although prom-client has given them other names meanwhile.
    expect(() => prometheus({ registry })).not.toThrow();
  });

  test('HEAD: the head of the same answer', async () => {
    const { url } = await startPage();
    const length = Buffer.byteLength(await (await fetch(url)).text());
    const answer = await fetch(url, { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(length));
    expect(await answer.text()).toBe('');
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is 405', async (method) => {
    const { url } = await startPage();
    const answer = await fetch(url, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expect(await answer.text()).not.toContain('mcp_');
  });

  test('in Express and Connect', async () => {
    const { handler } = await startPage();
    const apps = [express().get('/metrics', handler), connect().use('/metrics', handler)];
    for (const app of apps) {
      const { port } = await serve(app);
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      expect(await answer.text()).toContain('mcp_gateway_requests_total');
      expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(404);
    }
  });
});

describe('what fails', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error(SECRET);
      },
    ],
    ['rejects', () => Promise.reject(new Error(SECRET))],
  ])('a metric of the app %s: 500 without a word of it, and one warning', async (_, collect) => {
    const told = warnings();
    const { registry, url } = await startPage();
    failing(registry, collect);
    for (let i = 0; i < 2; i += 1) {
      const answer = await fetch(url);
      expect(answer.status).toBe(500);
      expect(await answer.text()).toBe('The metrics could not be collected\n');
      expect([...answer.headers].join()).not.toContain(SECRET);
    }
    expect(told.length).toBe(1);
    expect(told[0]?.[1]).toEqual({ type: 'McpGatewayWarning', code: 'MCP_GATEWAY_OBSERVER' });
    expect(String(told[0]?.[0])).not.toContain(SECRET);
    registry.removeSingleMetric('failing');
    expect((await fetch(url)).status).toBe(200);
  });

  test('a registry whose metrics() throws at once', async () => {
    warnings();
    const { registry, url } = await startPage();
    registry.metrics = () => {
      throw new Error(SECRET);
    };
    expect((await fetch(url)).status).toBe(500);
  });

  test('a client that leaves while it is collected', async () => {
    const { registry, url } = await startPage();
    const { promise, resolve } = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    failing(registry, () => {
      asked.resolve();
      return promise;
    });
    const leaving = request(url).end();
    await asked.promise;
    const failed = once(leaving, 'error');
    leaving.destroy();
    await failed;
    resolve();
    expect((await fetch(url)).status).toBe(200);
  });

  test('an app that has answered meanwhile', async () => {
    const told = warnings();
    const { handler } = await startPage();
    const { port } = await serve((req, res) => {
      handler(req, res);
      res.end('of the app');
    });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('of the app');
    expect(told).toEqual([]);
  });
});

import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import connect from 'connect';
import { type GatewayConfig, type GatewayError, mcpProxy } from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

/** What becomes of a request that something in front of the gateway has changed. */
async function ask(change: (req: IncomingMessage) => void, config: Partial<GatewayConfig> = {}) {
  const upstream = await recordingUpstream();
  const gateway = await startGateway({ target: upstream.target, ...config }, (app) =>
    app.use((req, _res, next) => {
      change(req);
      next();
    }),
  );
  const headers = { 'Content-Type': 'application/json', 'X-Tenant': '7' };
  const answer = await fetch(gateway.url, { method: 'POST', body: '{}', headers });
  return { answer, upstream, errors: gateway.errors };
}

async function expectFailure(answer: Response, errors: readonly GatewayError[], name: string) {
  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({ error: { data: { reason: 'internal_error' } } });
  expect(errors).toHaveLength(1);
  expect(errors[0]?.cause).toBeInstanceOf(Error);
  expect(String(errors[0]?.cause)).toContain(`'${name}'`);
  expect(String(errors[0]?.cause)).toContain('rawHeaders');
}

describe('a request with headers that would be lost is 500, with a cause', () => {
  test.each<[string, (req: IncomingMessage) => void, Partial<GatewayConfig>, string]>([
    [
      'without rawHeaders',
      (req) => {
        req.rawHeaders = [];
      },
      {},
      'host',
    ],
    [
      'with some of them only',
      (req) => {
        req.rawHeaders = ['Host', 'x', 'Content-Length', '2'];
      },
      {},
      'content-type',
    ],
    [
      'with one of MCP that was added',
      (req) => {
        req.headers['mcp-new'] = '1';
      },
      {},
      'mcp-new',
    ],
    [
      'with one that was added and is forwarded',
      (req) => {
        req.headers['x-request-id'] = '1';
      },
      { headers: { forward: ['X-Request-Id'] } },
      'x-request-id',
    ],
  ])('%s', async (_, change, config, name) => {
    const { answer, upstream, errors } = await ask(change, config);
    await expectFailure(answer, errors, name);
    expect(upstream.seen).toEqual([]);
  });

  test('through mcpProxy alone', async () => {
    const upstream = await recordingUpstream();
    const errors: GatewayError[] = [];
    const app = connect();
    app.use((req, _res, next) => {
      req.rawHeaders = [];
      next();
    });
    app.use(mcpProxy({ target: upstream.target, onError: (error) => errors.push(error) }));
    const { port } = await serve(app);
    await expectFailure(await fetch(`http://127.0.0.1:${port}/`), errors, 'host');
    expect(upstream.seen).toEqual([]);
  });
});

describe('a header that was added for the app itself is no reason to refuse', () => {
  test.each<[string, (req: IncomingMessage) => void, Partial<GatewayConfig>]>([
    [
      'one that does not go upstream',
      (req) => {
        req.headers['x-request-id'] = '1';
      },
      {},
    ],
    [
      'one that is set for the upstream',
      (req) => {
        req.headers['x-request-id'] = '1';
      },
      {
        headers: {
          forward: ['*'],
          set: { 'X-Request-Id': ({ headers }) => String(headers['x-request-id']) },
        },
      },
    ],
    [
      'one that is nothing',
      (req) => {
        req.headers['mcp-new'] = undefined;
      },
      {},
    ],
    [
      'one that was taken away',
      (req) => {
        delete req.headers.accept;
      },
      {},
    ],
  ])('%s', async (_, change, config) => {
    const { answer, upstream } = await ask(change, config);
    expect(answer.status).toBe(200);
    expect(upstream.seen[0]?.headers['content-type']).toBe('application/json');
  });
});

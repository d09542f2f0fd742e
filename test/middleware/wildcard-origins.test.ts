import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import request from 'supertest';
import { mcpCors } from '../../src/exports/cors.ts';
import { createMcpGateway } from '../../src/index.ts';
import { problemsOf } from '../support/config-error.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

const WILDCARD = 'https://*.preview.example.com';

async function gateway(origin: string | string[] = WILDCARD) {
  const upstream = await recordingUpstream();
  return { upstream, ...(await startGateway({ target: upstream.target, cors: { origin } })) };
}

describe('an origin may have a wildcard for what comes first in its host', () => {
  test.each([
    'https://a.preview.example.com',
    'https://pr-42.preview.example.com',
    'https://my_app.preview.example.com',
    'https://a.b.preview.example.com',
    'https://xn--bcher-kva.preview.example.com',
    'https://1.preview.example.com',
  ])('%s is allowed by name', async (origin) => {
    const { server, upstream } = await gateway();
    const answer = await request(server).post('/mcp').set('Origin', origin).expect(200);

    expect(answer.headers['access-control-allow-origin']).toBe(origin);
    expect(answer.headers.vary).toMatch(/\bOrigin\b/);
    expect(upstream.seen).toHaveLength(1);
  });

  test.each([
    ['nothing in its place', 'https://preview.example.com'],
    ['an empty label', 'https://.preview.example.com'],
    ['two dots', 'https://a..preview.example.com'],
    ['no dot', 'https://apreview.example.com'],
    ['a host that only begins so', 'https://a.preview.example.com.evil.example'],
    ['a host behind credentials', 'https://evil.example@a.preview.example.com'],
    ['a path', 'https://evil.example/.preview.example.com'],
    ['a query', 'https://evil.example?.preview.example.com'],
    ['a fragment', 'https://evil.example#.preview.example.com'],
    ['another scheme', 'http://a.preview.example.com'],
    ['another port', 'https://a.preview.example.com:8443'],
    ['the default port', 'https://a.preview.example.com:443'],
    ['capitals', 'https://A.preview.example.com'],
    ['a wildcard of its own', 'https://*.preview.example.com'],
    ['a blank', 'https://a .preview.example.com'],
    ['a percent sign', 'https://a%2e.preview.example.com'],
    ['a slash at the end', 'https://a.preview.example.com/'],
    ['null', 'null'],
  ])('%s is not', async (_name, origin) => {
    const { server, upstream } = await gateway();
    const answer = await request(server).post('/mcp').set('Origin', origin).expect(403);

    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(upstream.seen).toEqual([]);
  });

  test('beside exact origins, and with a port', async () => {
    const { server } = await gateway(['https://app.example', 'http://*.dev.example:3000']);
    const statusOf = async (origin: string) =>
      (await request(server).post('/mcp').set('Origin', origin)).status;

    expect(await statusOf('https://app.example')).toBe(200);
    expect(await statusOf('https://a.app.example')).toBe(403);
    expect(await statusOf('http://a.dev.example:3000')).toBe(200);
    expect(await statusOf('http://a.dev.example')).toBe(403);
  });

  test('for preflights as well', async () => {
    const { server } = await gateway();
    const preflight = (origin: string) =>
      request(server)
        .options('/mcp')
        .set('Origin', origin)
        .set('Access-Control-Request-Method', 'POST');
    const allowed = await preflight('https://a.preview.example.com').expect(204);

    expect(allowed.headers['access-control-allow-origin']).toBe('https://a.preview.example.com');
    await preflight('https://preview.example.com').expect(403);
  });

  test('what is allowed is a host below the domain, whatever is written', async () => {
    const { server } = await gateway();
    const piece = fc.constantFrom(
      'a',
      '.',
      'preview.example.com',
      '/',
      '@',
      ':',
      '?',
      '#',
      '-',
      '%',
    );
    const written = fc.array(piece, { maxLength: 6 }).map((pieces) => `https://${pieces.join('')}`);
    await fc.assert(
      fc.asyncProperty(written, async (origin) => {
        const { status } = await request(server).post('/mcp').set('Origin', origin);
        if (status !== 200) return;
        expect(new URL(origin).origin).toBe(origin);
        expect(new URL(origin).hostname).toMatch(/[^.]\.preview\.example\.com$/);
      }),
      { numRuns: 300 },
    );
  });

  test('a long host takes no time', async () => {
    const { server } = await gateway();
    const origin = `https://${'a.'.repeat(3000)}preview.example.com!`;
    await request(server).post('/mcp').set('Origin', origin).expect(403);
  });
});

describe('a wildcard that would allow too much is a mistake', () => {
  const problemsWith = (origin: unknown, more: object = {}) =>
    problemsOf(() =>
      createMcpGateway({ target: 'http://h/mcp', cors: { origin: origin as string, ...more } }),
    );

  test.each([
    '*',
    'https://*',
    'https://*.com',
    'https://*.localhost',
    'https://a.*.example.com',
    'https://*.*.example.com',
    'https://a*.example.com',
    'https://*a.example.com',
    'https://**.example.com',
    'https://example.*',
    'https://app.example:*',
    '*://app.example.com',
    '*.example.com',
    'https://*.example.com/',
    'https://*.example.com:443',
    'https://*.Example.com',
    'https://*.192.0.2.1',
    'https://*.example.com.',
    'vscode-webview://*.a.b',
  ])('%s', (origin) => {
    expect(problemsWith(origin).map(({ path }) => path)).toEqual(['cors.origin']);
    expect(problemsWith(['https://app.example', origin]).map(({ path }) => path)).toEqual([
      'cors.origin[1]',
    ]);
  });

  test('with credentials, because anyone who may have a subdomain would have the cookies', () => {
    const [problem, ...others] = problemsWith(['https://app.example', WILDCARD], {
      credentials: true,
    });

    expect(others).toEqual([]);
    expect(problem?.path).toBe('cors.origin[1]');
    expect(problem?.expected).toMatch(/exact origin.*credentials/);
    expect(
      problemsOf(() => mcpCors({ origin: WILDCARD, credentials: true })).map(({ path }) => path),
    ).toEqual(['origin']);
  });
});

import { describe, expect, test } from '@jest/globals';
import connect from 'connect';
import {
  type Authenticator,
  apiKey,
  createMcpGateway,
  fromMiddleware,
  injectHeaders,
  jwt,
  mcpProxy,
  requireAuth,
} from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

const publicUrl = 'http://127.0.0.1:1/mcp';
const SHA256 = 'a'.repeat(64);

const AUTHENTICATORS: readonly [string, Authenticator | Authenticator[]][] = [
  ['jwt', jwt({ issuer: 'https://idp.example', audience: publicUrl })],
  ['apiKey', apiKey({ keys: [{ sha256: SHA256, subject: 'ci' }] })],
  [
    'fromMiddleware',
    fromMiddleware(
      (_req, _res, next) => next(),
      () => ({ subject: 'ada' }),
    ),
  ],
  ['a function', () => ({ subject: 'ada' })],
  ['several', [() => null, apiKey({ keys: [{ sha256: SHA256, subject: 'ci' }] })]],
];

describe('headers.forward may not name credentials together with auth', () => {
  describe.each(AUTHENTICATORS)('%s', (_, auth) => {
    test.each(['Authorization', 'authorization', 'Cookie', 'COOKIE'])('%s', (name) => {
      const config = { target: publicUrl, publicUrl, auth, headers: { forward: ['X-A', name] } };
      expect(() => createMcpGateway(config)).toThrow(/headers\.forward: given ".*headers\.set/);
    });
  });

  test.each(['X-Key', 'x_key'])('%s, the header of an authenticator', (name) => {
    const auth = apiKey({ keys: [{ sha256: SHA256, subject: 'ci' }], header: 'X-Key' });
    const config = { target: publicUrl, auth, headers: { forward: [name] } };
    expect(() => createMcpGateway(config)).toThrow(/headers\.forward: given ".*headers\.set/);
  });
});

const CREDENTIALS = { Authorization: 'Bearer t', Cookie: 'sid=1', 'X-Tenant': '7' };

test('with auth, wildcards forward no credentials', async () => {
  const upstream = await recordingUpstream();
  const { url } = await startGateway({
    target: upstream.target,
    auth: () => ({ subject: 'ada' }),
    headers: { forward: ['*', 'A*', 'C*'] },
  });
  await fetch(url, { method: 'POST', headers: CREDENTIALS });
  expect(upstream.seen[0]?.headers).toMatchObject({ 'x-tenant': '7' });
  expect(upstream.seen[0]?.headers).not.toHaveProperty('authorization');
  expect(upstream.seen[0]?.headers).not.toHaveProperty('cookie');
});

describe('requireAuth by itself keeps credentials from the relay', () => {
  const authenticator = requireAuth(() => ({ subject: 'ada' }));
  const rules = { forward: ['Authorization', 'Cookie', 'X-Tenant'] };

  test.each<[string, Parameters<typeof injectHeaders>[0], string | undefined]>([
    ['what is forwarded', rules, undefined],
    ['but not what is set', { ...rules, set: { Authorization: 'Bearer own' } }, 'Bearer own'],
  ])('%s', async (_, headers, authorization) => {
    for (const order of [
      [authenticator, injectHeaders(headers)],
      [injectHeaders(headers), authenticator],
    ]) {
      const upstream = await recordingUpstream();
      const app = connect();
      for (const step of order) app.use(step);
      app.use(mcpProxy({ target: upstream.target }));
      const { port } = await serve(app);
      await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', headers: CREDENTIALS });
      const seen = upstream.seen[0]?.headers;
      expect(seen?.['x-tenant']).toBe('7');
      expect(seen?.authorization).toBe(authorization);
      expect(seen?.cookie).toBeUndefined();
    }
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  apiKey,
  createMcpGateway,
  fromMiddleware,
  type GatewayConfig,
  GatewayConfigError,
  tokenExchange,
  upstreamAuth,
} from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');

const BODY = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

describe('3.6: a token that came besides the credentials that were accepted', () => {
  async function exchanging() {
    const asked: string[] = [];
    const { port } = await serve((req, res) => {
      asked.push(String(req.url));
      req.resume();
      res
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"access_token":"exchanged","token_type":"Bearer","expires_in":60}');
    });
    const upstream = await recordingUpstream();
    const tokens = fromMiddleware(
      (req, res, next) => {
        if (req.headers.authorization === 'Bearer good') next();
        else res.writeHead(401).end();
      },
      () => ({ subject: 'ada' }),
    );
    const { url } = await startGateway({
      target: upstream.target,
      auth: [tokens, apiKey({ keys: [{ sha256: sha256('key'), subject: 'ci' }] })],
      headers: {
        set: {
          Authorization: tokenExchange({
            tokenUrl: `http://127.0.0.1:${port}/token`,
            clientId: 'gateway',
            clientSecret: 'not-a-word-of-it',
          }),
        },
      },
    });
    const statusFor = async (headers: Record<string, string>) =>
      (await fetch(url, { method: 'POST', headers, body: BODY })).status;
    return { asked, upstream, statusFor };
  }

  test('is not exchanged', async () => {
    const { asked, upstream, statusFor } = await exchanging();
    expect(await statusFor({ authorization: 'Bearer refused', 'x-api-key': 'key' })).toBe(503);
    expect(await statusFor({ 'x-api-key': 'key' })).toBe(503);
    expect(asked).toEqual([]);
    expect(upstream.seen).toEqual([]);
  });

  test('one that was accepted is', async () => {
    const { asked, upstream, statusFor } = await exchanging();
    expect(await statusFor({ authorization: 'Bearer good', 'x-api-key': 'key' })).toBe(200);
    expect(asked).toHaveLength(1);
    expect(upstream.seen[0]?.headers.authorization).toBe('Bearer exchanged');
  });
});

describe('an API key that is nothing', () => {
  test('is no key', async () => {
    const upstream = await recordingUpstream();
    const { url } = await startGateway({
      target: upstream.target,
      auth: apiKey({ keys: [{ sha256: sha256('key'), subject: 'ci' }] }),
    });
    const answer = await fetch(url, { method: 'POST', headers: { 'x-api-key': '' }, body: BODY });
    expect(answer.status).toBe(401);
    expect(upstream.seen).toEqual([]);
  });

  test.each([
    ['the hash of nothing', [{ sha256: sha256(''), subject: 'ci' }], 'keys[0].sha256'],
    [
      'one hash for two owners',
      [
        { sha256: sha256('a'), subject: 'ada' },
        { sha256: sha256('a').toUpperCase(), subject: 'bob' },
      ],
      'keys[1].sha256',
    ],
  ])('%s is a config error', (_what, keys, path) => {
    expect(() => apiKey({ keys })).toThrow(path);
  });
});

test.each<[what: string, headers: GatewayConfig['headers']]>([
  ['set', { set: { authorization: 'Bearer gateway-secret' } }],
  ['removed', { remove: ['Authorization'] }],
])('upstreamAuth() and an Authorization that is %s: a config error', (_what, headers = false) => {
  const config = {
    target: 'http://127.0.0.1:1/mcp',
    publicUrl: 'http://127.0.0.1:1/mcp',
    auth: upstreamAuth(),
    headers,
  };
  expect(() => createMcpGateway(config)).toThrow('headers: given "Authorization"');
});

test.each([[null], [5], [{ remove: 5 }], [{ forward: 5 }]])(
  'with auth, `headers: %j` is a config error like any other',
  (headers) => {
    const target = 'http://127.0.0.1:1/mcp';
    for (const auth of [upstreamAuth(), () => null]) {
      const config = { target, publicUrl: target, auth, headers } as unknown as GatewayConfig;
      expect(() => createMcpGateway(config)).toThrow(GatewayConfigError);
    }
  },
);

test('fromMiddleware that names the issuers of its tokens is challenged with the metadata', async () => {
  const { target } = await recordingUpstream();
  const own = fromMiddleware(
    (_req, res) => res.writeHead(401).end(),
    () => null,
    { issuers: ['https://idp.example'] },
  );
  const { port } = await startGateway({
    target,
    publicUrl: 'https://gateway.example/mcp',
    auth: own,
  });
  const answer = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', body: BODY });
  expect(answer.headers.get('www-authenticate')).toBe(
    'Bearer resource_metadata="https://gateway.example/.well-known/oauth-protected-resource/mcp"',
  );
  const metadata = await fetch(`http://127.0.0.1:${port}/.well-known/oauth-protected-resource/mcp`);
  expect(await metadata.json()).toMatchObject({ authorization_servers: ['https://idp.example'] });
});

import { expect, test } from '@jest/globals';
import { accessLog, apiKey, type GatewayConfig, requireScopes } from '../../src/index.ts';
import type { Outgoing } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { type Issuer, startIssuer } from '../support/jwt/issued.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const KEY = 'api-k3y-of-somebody';

/** Requests that end in every way that has to do with credentials. */
const WAYS: [string, number, (token: string) => Outgoing][] = [
  ['one that is good', 200, (token) => ({ headers: { Authorization: `Bearer ${token}` } })],
  ['one that is malformed', 401, (token) => ({ headers: { Authorization: `Bearer ${token} "x` } })],
  [
    'one with another signature',
    401,
    (token) => ({ headers: { Authorization: `Bearer ${token}AA` } }),
  ],
  ['one of another scheme', 401, (token) => ({ headers: { Authorization: `DPoP ${token}` } })],
  ['one twice', 400, (token) => ({ headers: { Authorization: [token, `Bearer ${token}`] } })],
  ['one in the query', 401, (token) => ({ path: `/mcp?access_token=${token}` })],
  ['a key that is not known', 401, () => ({ headers: { 'X-Api-Key': KEY } })],
  [
    'one that lacks a scope',
    403,
    (token) => ({
      headers: { Authorization: `Bearer ${token}` },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_x"}}',
    }),
  ],
  [
    'one in a foreign session',
    404,
    (token) => ({ headers: { Authorization: `Bearer ${token}`, 'Mcp-Session-Id': 's-3cret' } }),
  ],
  [
    'one that an authenticator fails over',
    500,
    (token) => ({ headers: { Authorization: `Bearer ${token}`, 'X-Fail': '1' } }),
  ],
];

const configOf = (idp: Issuer): Partial<GatewayConfig> => ({
  publicUrl: 'https://gateway.example/mcp',
  auth: [
    idp.authWith({ exposeAs: 'auth' }),
    apiKey({ keys: [{ sha256: 'a'.repeat(64), subject: 'ci' }] }),
  ],
  policies: requireScopes({ 'delete_*': ['admin'] }),
});

test.each(WAYS)('of %s nothing is in answers, records, logs or errors', async (_, status, make) => {
  const idp = await startIssuer();
  const { target } = await recordingUpstream();
  const observer = witness();
  const log: unknown[] = [];
  const write = (...args: unknown[]) => void log.push(args);
  const config = configOf(idp);
  const failing: GatewayConfig['auth'] = [
    ({ headers }) => {
      if (headers['x-fail'] === undefined) return null;
      throw new Error('The directory is down');
    },
    ...(config.auth as []),
  ];
  const { port, errors } = await startGateway({
    target,
    ...config,
    auth: failing,
    observe: [observer, accessLog({ info: write, warn: write, error: write } as never)],
  });
  const token = await idp.token({ jti: 'of-somebody' });
  const answer = await send(port, make(token));
  expect(answer.status).toBe(status);
  await observer.record();

  const told = JSON.stringify(observer.calls.map(({ name, value }) => [name, value]));
  expect(told).toContain('onClose');
  const seen = errors.map((error) => `${error} ${error.stack} ${String(error.cause)}`);
  const [head, claims, signature] = token.split('.') as [string, string, string];
  for (const place of [told, JSON.stringify(log), seen.join(), `${answer.head} ${answer.body}`]) {
    for (const secret of [token, `${head}.`, claims, signature, KEY, 's-3cret', 'of-somebody']) {
      expect(place).not.toContain(secret);
    }
  }
  // Of the claims, records say who it was, and nobody else says even that.
  const isKnown = [200, 403, 404].includes(status);
  expect(told.split('alice').length - 1).toBe(isKnown ? 1 : 0);
  for (const place of [seen.join(), `${answer.head} ${answer.body}`]) {
    expect(place).not.toContain('alice');
  }
});

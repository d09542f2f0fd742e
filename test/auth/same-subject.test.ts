import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  type AuthenticateFunction,
  type Authenticator,
  apiKey,
  fromMiddleware,
  principalOf,
} from '../../src/index.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { sessionServer } from './support/session-server.ts';

const sha256 = createHash('sha256').update('key').digest('hex');

/** Four ways to be `ada`, none of which names an issuer; each has a header of its own. */
const byHeader =
  (name: string): AuthenticateFunction =>
  ({ headers }) =>
    headers[name] === undefined ? null : { subject: 'ada' };
const KEY = apiKey({ keys: [{ sha256, subject: 'ada' }] });
const BASIC = fromMiddleware(
  (req, res, next) => {
    if (req.headers.authorization === undefined) res.writeHead(401).end();
    else next();
  },
  () => ({ subject: 'ada' }),
);
const WAYS = [{ 'x-one': '1' }, { 'x-two': '1' }, { 'X-Api-Key': 'key' }, { authorization: 'B x' }];
const ALL: Authenticator[] = [byHeader('x-one'), byHeader('x-two'), KEY, BASIC];

function mapStore() {
  const entries = new Map<string, string>();
  return {
    get: (key: string) => entries.get(key),
    add(key: string, value: string) {
      if (!entries.has(key)) entries.set(key, value);
      return entries.get(key) as string;
    },
    delete: (key: string) => entries.delete(key),
  };
}

test('the same subject of two authenticators is two principals to sessions', async () => {
  const { target } = await sessionServer('s-0', 's-1', 's-2', 's-3');
  const { port } = await startGateway({ target, auth: ALL });
  for (const headers of WAYS) expect((await send(port, { headers })).status).toBe(200);
  for (const [i, headers] of WAYS.entries()) {
    for (const n of WAYS.keys()) {
      const inSession = { headers: { ...headers, 'Mcp-Session-Id': `s-${n}` } };
      expect((await send(port, inSession)).status).toBe(n === i ? 200 : 404);
    }
  }
});

test('and to limits', async () => {
  const { target } = await sessionServer();
  const rateLimit = { limit: 1, window: '1h', by: 'user' } as const;
  const { port } = await startGateway({ target, auth: ALL, rateLimit });
  for (const headers of WAYS) expect((await send(port, { headers })).status).toBe(200);
  for (const headers of WAYS) expect((await send(port, { headers })).status).toBe(429);
});

test('another process, or one with another kind besides, knows each for the same', async () => {
  const { target } = await sessionServer('s-1');
  const sessions = { store: mapStore() };
  const gatewayWith = (...auth: Authenticator[]) => startGateway({ target, auth, sessions });
  const gateways = [
    await gatewayWith(byHeader('x-one')),
    await gatewayWith(byHeader('x-one')),
    await gatewayWith(KEY, byHeader('x-one'), byHeader('x-two')),
  ];
  await send(gateways[0]?.port as number, { headers: { 'x-one': '1' } });
  for (const { port } of gateways) {
    const inSession = { headers: { 'x-one': '1', 'Mcp-Session-Id': 's-1' } };
    expect((await send(port, inSession)).status).toBe(200);
  }
});

test('no issuer can be named so that it is taken for one that was not named', async () => {
  const { target } = await sessionServer('s-1');
  const issuers = ['function 1', 'apiKey 1', '["function 1"]', 'null', ''];
  const auth: Authenticator = ({ headers }) => {
    const issuer = issuers[Number(headers['x-issuer'] ?? -1)];
    return { subject: 'ada', ...(issuer !== undefined && { issuer }) };
  };
  const { port } = await startGateway({ target, auth });
  await send(port);
  expect((await send(port, { headers: { 'Mcp-Session-Id': 's-1' } })).status).toBe(200);
  for (const i of issuers.keys()) {
    const headers = { 'X-Issuer': String(i), 'Mcp-Session-Id': 's-1' };
    expect((await send(port, { headers })).status).toBe(404);
  }
});

test('whoever asks for the principal gets it as the authenticator gave it', async () => {
  const { target } = await sessionServer();
  const given = { subject: 'ada' };
  let found: unknown;
  const { port } = await startGateway({
    target,
    auth: () => given,
    use: (req, _res, next) => {
      found = principalOf(req);
      next();
    },
  });
  await send(port);
  expect(found).toBe(given);
  expect(given).toEqual({ subject: 'ada' });
});

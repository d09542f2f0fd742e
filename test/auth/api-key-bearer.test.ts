import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type ApiKeyOptions, apiKey, tokenExchange } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { exchange } from '../support/client/raw.ts';
import { AUDIENCE } from '../support/jwt/gate.ts';
import { startIssuer } from '../support/jwt/issued.ts';
import {
  gatewayWith,
  introspectionServer,
  says,
  schemeFor,
} from './support/introspection-server.ts';

const sha256 = (key: string | Buffer) => createHash('sha256').update(key).digest('hex');
const KEYS = [
  { sha256: sha256('first-key'), subject: 'ci', scopes: ['files:delete'] },
  { sha256: sha256('sk:live_"a"&b=c,d'), subject: 'odd' },
  { sha256: sha256('schlüssel'), subject: 'far' },
];

const keys = (options: Partial<ApiKeyOptions> = {}) =>
  apiKey({ header: 'Authorization', keys: KEYS, ...options });

describe('a key behind Bearer', () => {
  test.each([
    ['Bearer first-key', 'ci'],
    ['bearer first-key', 'ci'],
    ['BEARER   first-key', 'ci'],
    ['Bearer sk:live_"a"&b=c,d', 'odd'],
    [`Bearer ${Buffer.from('schlüssel').toString('latin1')}`, 'far'],
  ])('%s is that of %s', async (authorization, user) => {
    const { callWith, users } = await gatewayWith(keys());
    expect((await callWith({ authorization })).status).toBe(200);
    expect(users).toEqual([user]);
  });

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer first-ke',
    'Bearer first-key1',
    'Bearer First-Key',
    'Bearer first-key first-key',
    'Bearer first-key, Bearer first-key',
    'Bearer "first-key"',
    `Bearer ${KEYS[0]?.sha256}`,
    `Bearer ${'k'.repeat(10_000)}`,
    'Bearerfirst-key',
    'Basic first-key',
    'ApiKey first-key',
  ])('%s is refused, with a challenge for a bearer token', async (authorization) => {
    const { callWith, users } = await gatewayWith(keys());
    const answer = await callWith({ authorization });
    const [challenge, ...more] = valuesOf(answer, 'www-authenticate');
    expect([answer.status, users, more]).toEqual([401, [], []]);
    expect(challenge).toMatch(/^Bearer realm="mcp"/);
    expect(challenge).not.toContain('first-ke');
  });

  test('two of them are refused, also the same twice', async () => {
    const { port, users } = await gatewayWith(keys());
    const line = 'Authorization: Bearer first-key\r\n';
    const head = `GET /mcp HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${line}${line}\r\n`;
    const client = await exchange(port, head);
    expect(client.statuses).toEqual([400]);
    expect(users).toEqual([]);
  });

  test('in another header than Authorization there is no Bearer', async () => {
    const { callWith } = await gatewayWith(keys({ header: 'X-Key' }));
    expect((await callWith({ 'X-Key': 'first-key' })).status).toBe(200);
    const refused = await callWith({ 'X-Key': 'Bearer first-key' });
    expect([refused.status, valuesOf(refused, 'www-authenticate')]).toEqual([
      401,
      ['ApiKey realm="mcp"'],
    ]);
  });
});

describe('a key without Bearer in front', () => {
  test.each(['first-key', 'unknown'])(
    '%s: the operator is told what is missing, the client is not',
    async (key) => {
      const errors: unknown[] = [];
      const { callWith, records, users } = await gatewayWith(keys(), {
        onError: ({ cause }) => errors.push((cause as Error).message),
      });
      const answer = await callWith({ Authorization: key });
      expect([answer.status, users]).toEqual([401, []]);
      const hint = 'Authorization holds no scheme: apiKey() takes "Bearer <key>" there';
      expect(records.map(({ detail }) => detail)).toEqual([hint]);
      expect(errors).toEqual([hint]);
      expect(`${answer.head} ${answer.body}`).not.toMatch(/scheme|apiKey|<key>/);
      expect(`${JSON.stringify(records)}`).not.toContain(key);
    },
  );
});

describe('in a list with others, each token goes to who knows it', () => {
  test.each(['jwt() first', 'apiKey() first'])('%s', async (order) => {
    const idp = await startIssuer();
    const list = order === 'jwt() first' ? [idp.auth, keys()] : [keys(), idp.auth];
    const { outcome, callWith, users } = await gatewayWith(list);
    expect(await outcome('first-key')).toBe('200');
    expect(await outcome(await idp.token())).toBe('200');
    expect(await outcome(await idp.token({ exp: 1 }))).toBe('401 unauthorized');
    expect(await outcome('neither')).toBe('401 unauthorized');
    expect(users).toEqual(['ci', 'alice']);
    const [challenge] = valuesOf(await callWith({}), 'www-authenticate');
    expect(challenge).toMatch(/^Bearer resource_metadata=/);
  });

  test.each(['first', 'last'])(
    'introspection() %s: a key is not sent to its server',
    async (place) => {
      const server = await introspectionServer(says(() => ({ active: false })));
      const own = schemeFor(server);
      const { outcome, users } = await gatewayWith(
        place === 'first' ? [own, keys()] : [keys(), own],
      );
      expect(await outcome('first-key')).toBe('200');
      expect([users, server.questions]).toEqual([['ci'], []]);
      expect(await outcome('unknown')).toBe('401 unauthorized');
      expect(server.questions.map(({ token }) => token)).toEqual(['unknown']);
    },
  );
});

test('a key is no token that could be exchanged', async () => {
  const Authorization = tokenExchange({
    tokenUrl: 'http://127.0.0.1:1/token',
    clientId: 'gateway',
    clientSecret: 'secret',
  });
  const { call, told } = await gatewayWith(keys(), {
    publicUrl: AUDIENCE,
    headers: { set: { Authorization } },
  });
  expect((await call('first-key')).status).toBe(503);
  expect(told()).toContain('The caller was not accepted for a token to exchange');
});

test('a key never goes upstream', async () => {
  const seen: string[] = [];
  const { call } = await gatewayWith(keys(), {
    target: (req, res) => {
      seen.push(req.rawHeaders.join('\n'));
      res.setHeader('Content-Type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":{}}');
    },
  });
  expect((await call('first-key')).status).toBe(200);
  expect(seen).toHaveLength(1);
  expect(seen.join()).not.toMatch(/first-key|authorization/i);
});

import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type ApiKeyOptions, apiKey, type GatewayConfig, requireScopes } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { exchange } from '../support/client/raw.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { configErrorOf } from '../support/config-error.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

const sha256 = (key: string | Buffer) => createHash('sha256').update(key).digest('hex');
const KEYS = [
  { sha256: sha256('first-key'), subject: 'ci', scopes: ['files:delete'] },
  { sha256: sha256('second-key').toUpperCase(), subject: 'cron' },
  { sha256: sha256('schlüssel-ключ'), subject: 'far' },
];

async function behind(options: Partial<ApiKeyOptions> = {}, config: Partial<GatewayConfig> = {}) {
  const upstream = await recordingUpstream();
  const gateway = await startGateway({
    target: upstream.target,
    auth: apiKey({ keys: KEYS, ...options }),
    headers: { set: { 'X-User': ({ principal }) => principal?.subject } },
    ...config,
  });
  return { ...gateway, upstream };
}

test.each([
  ['first-key', 'ci'],
  ['second-key', 'cron'],
])('the key %j is of %j', async (key, subject) => {
  const { port, upstream } = await behind();
  for (const name of ['X-Api-Key', 'x-api-key']) {
    expect((await send(port, { headers: { [name]: key } })).status).toBe(200);
  }
  expect(upstream.seen.map(({ headers }) => headers['x-user'])).toEqual([subject, subject]);
  expect(upstream.seen.map(({ headers }) => headers['x-api-key'])).toEqual([undefined, undefined]);
});

test('a key is its bytes, whatever letters they are', async () => {
  const { port, upstream } = await behind();
  const key = Buffer.from('schlüssel-ключ').toString('latin1');
  // Together with a body, Node would encode it once more.
  const answer = await send(port, { method: 'GET', headers: { 'X-Api-Key': key } });
  expect(answer.status).toBe(200);
  expect(upstream.seen[0]?.headers['x-user']).toBe('far');
});

describe('What is refused, with a challenge that has no error of a token', () => {
  test.each([
    ['a key that nobody has', 'third-key'],
    ['an empty key', ''],
    ['the beginning of a key', 'first-ke'],
    ['a key and more', 'first-key1'],
    ['a key of other case', 'First-Key'],
    ['two keys', 'first-key, second-key'],
    ['the hash of a key', KEYS[0]?.sha256 ?? ''],
    ['a key of 10 kB', 'k'.repeat(10_000)],
  ])('%s', async (_, key) => {
    const { port, upstream } = await behind();
    const answer = await send(port, { headers: { 'X-Api-Key': key } });
    expect([answer.status, reasonOf(answer)]).toEqual([401, 'unauthorized']);
    expect(valuesOf(answer, 'www-authenticate')).toEqual(['ApiKey realm="mcp"']);
    expect(upstream.seen).toEqual([]);
  });

  test('none', async () => {
    const { port } = await behind();
    expect(valuesOf(await send(port), 'www-authenticate')).toEqual(['ApiKey realm="mcp"']);
  });

  test('the header twice, with the same key or another', async () => {
    const { port, upstream } = await behind();
    for (const second of ['first-key', 'other']) {
      const client = await exchange(
        port,
        `GET /mcp HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Api-Key: first-key\r\nX-Api-Key: ${second}\r\n\r\n`,
      );
      expect(client.statuses).toEqual([401]);
    }
    expect(upstream.seen).toEqual([]);
  });

  test('a key in another place', async () => {
    const { port, upstream } = await behind();
    const places: Parameters<typeof send>[1][] = [
      { headers: { X_Api_Key: 'first-key' } },
      { headers: { Authorization: 'Bearer first-key' } },
      { headers: { Cookie: 'x-api-key=first-key' } },
      { path: '/mcp?x-api-key=first-key' },
    ];
    for (const place of places) expect((await send(port, place)).status).toBe(401);
    expect(upstream.seen).toEqual([]);
  });
});

test('a header of another name; that of the default is no credential then', async () => {
  const { port, upstream } = await behind({ header: 'X-Team-Token' });
  expect((await send(port, { headers: { 'x-team-token': 'first-key' } })).status).toBe(200);
  expect((await send(port, { headers: { 'X-Api-Key': 'first-key' } })).status).toBe(401);
  expect(upstream.seen[0]?.rawHeaders.join()).not.toContain('first-key');
});

test('its scopes count, and a key without any has none', async () => {
  const { port } = await behind({}, { policies: requireScopes({ 'delete_*': ['files:delete'] }) });
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_x"}}';
  const statusOf = async (key: string) =>
    (await send(port, { body, headers: { 'X-Api-Key': key } })).status;
  expect(await statusOf('first-key')).toBe(200);
  expect(await statusOf('second-key')).toBe(403);
});

test.each<[string, unknown, string[]]>([
  ['nothing', undefined, ['']],
  ['no keys', {}, ['keys']],
  ['an empty list', { keys: [] }, ['keys']],
  ['no key', { keys: ['first-key'] }, ['keys[0]']],
  ['a key in the clear', { keys: [{ sha256: 'first-key', subject: 'a' }] }, ['keys[0].sha256']],
  ['a shorter hash', { keys: [{ sha256: 'a'.repeat(40), subject: 'a' }] }, ['keys[0].sha256']],
  ['no subject', { keys: [{ sha256: 'a'.repeat(64) }] }, ['keys[0].subject']],
  ['an empty one', { keys: [{ sha256: 'a'.repeat(64), subject: '' }] }, ['keys[0].subject']],
  [
    'scopes in one text',
    { keys: [{ sha256: 'a'.repeat(64), subject: 'a', scopes: 'a b' }] },
    ['keys[0].scopes'],
  ],
  [
    'the key besides',
    { keys: [{ sha256: 'a'.repeat(64), subject: 'a', key: 'first-key' }] },
    ['keys[0].key'],
  ],
  ['no header name', { keys: KEYS, header: 'X Api' }, ['header']],
  ['a misspelt option', { keys: KEYS, headers: 'X-Api' }, ['headers']],
])('%s is a mistake that is told, and no key with it', (_, options, paths) => {
  const error = configErrorOf(() => apiKey(options as ApiKeyOptions));
  expect(error?.problems.map(({ path }) => path)).toEqual(paths);
  expect(error?.message).not.toContain('first-key');
});

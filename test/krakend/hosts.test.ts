import { expect, test } from '@jest/globals';
import { SERVICE } from './support/base.ts';
import { runningWith } from './support/running.ts';

const HTTP = [...SERVICE, 'security/http'];

test.each<[pattern: string, host: string, status: number]>([
  [String.raw`[a-z]+\.example(:\d+)?`, 'api.example', 200],
  [String.raw`[a-z]+\.example(:\d+)?`, 'api.example:8080', 200],
  [String.raw`[a-z]+\.example(:\d+)?`, 'api.example.evil', 403],
  [String.raw`[a-z]+\.example(:\d+)?`, 'evil/api.example', 403],
  [String.raw`a\.example|b\.example`, 'b.example', 200],
  // KrakenD takes each of these, because it anchors the first and the last alternative alone.
  [String.raw`a\.example|b\.example`, 'a.example.evil', 403],
  [String.raw`a\.example|b\.example`, 'evil-b.example', 403],
  [String.raw`(?i)a\.example`, 'A.example', 200],
  [String.raw`a\.example`, 'a.example:80', 403],
  ['(a+)+b', `${'a'.repeat(5000)}c`, 403],
])('of patterns, %s takes the whole host %s or refuses it: %i', async (pattern, host, status) => {
  const { ask, upstream } = await runningWith([
    [HTTP, { allowed_hosts: ['none', pattern], allowed_hosts_are_regex: true }],
  ]);
  expect((await ask({ headers: { host } })).status).toBe(status);
  expect((await ask({ method: 'POST', headers: { host: 'other.test' } })).status).toBe(403);
  expect(upstream.seen).toHaveLength(status === 200 ? 1 : 0);
});

test('hosts are names where nothing says that they are patterns', async () => {
  const { statuses } = await runningWith([
    [HTTP, { allowed_hosts: ['a.example'], allowed_hosts_are_regex: false }],
  ]);
  expect(
    await statuses([{ headers: { host: 'a.example' } }, { headers: { host: 'a-example' } }]),
  ).toEqual([200, 403]);
});

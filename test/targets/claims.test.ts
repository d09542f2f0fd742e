import { describe, expect, test } from '@jest/globals';
import express from 'express';
import {
  createMcpGateway,
  type GatewayConfig,
  type GatewayError,
  mcpProxy,
  upstreamAuth,
} from '../../src/index.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { post, send } from '../support/client/send.ts';
import { problemsOf } from '../support/config-error.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

const INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';

/** A gateway whose callers have these claims. */
async function gatewayFor(
  path: string,
  claimsOf: () => Record<string, unknown> | undefined,
  options: Partial<GatewayConfig> = {},
) {
  const upstream = await recordingUpstream((_req, res, body) => {
    const begins = body.includes('initialize') ? { 'Mcp-Session-Id': 'one' } : {};
    res.writeHead(200, { 'content-type': 'application/json', ...begins });
    res.end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
  const errors: GatewayError[] = [];
  const gateway = createMcpGateway({
    target: `http://127.0.0.1:${upstream.port}${path}`,
    auth: () => ({ subject: 'ada', claims: claimsOf() }),
    onError: (error) => void errors.push(error),
    path: '/',
    ...options,
  });
  const { port } = await serve(express().use('/t/:tenant/mcp', gateway));
  return { port, errors, seen: () => upstream.seen.map(({ url }) => url) };
}

describe('a claim of the caller stands in the target', () => {
  test.each<[path: string, claims: Record<string, unknown>, filled: string]>([
    ['/u/{claims.sub}/mcp', { sub: 'ada' }, '/u/ada/mcp'],
    ['/u-{claims.sub}', { sub: 'a b' }, '/u-a%20b'],
    ['/{tenant}/{claims.sub}?user={claims.sub}', { sub: 'ada' }, '/acme/ada?user=ada'],
    ['/{claims.org-id}', { 'org-id': 7 }, '/7'],
    ['/{claims.realm.name}', { realm: { name: 'x' } }, '/x'],
    ['/{claims.realm.name}', { 'realm.name': 'whole', realm: { name: 'x' } }, '/whole'],
    ['/{claims.admin}', { admin: false }, '/false'],
    ['/{claims.sub}', { sub: 'a/../b' }, ''],
    ['/{claims.sub}', { sub: 'a/b?x=1#y;z' }, '/a%2Fb%3Fx%3D1%23y%3Bz'],
    ['/{claims.sub}', { sub: 'é' }, '/%C3%A9'],
  ])('%s with %j', async (path, claims, filled) => {
    const { port, seen } = await gatewayFor(path, () => claims);
    const { status } = await send(port, { path: '/t/acme/mcp' });
    expect([status, seen()]).toEqual(filled === '' ? [403, []] : [200, [filled]]);
  });

  test.each<[what: string, claims: Record<string, unknown> | undefined]>([
    ['no claims', undefined],
    ['no such claim', { other: 'x' }],
    ['a claim that every object has', Object.create({ sub: 'inherited' })],
    ['an empty claim', { sub: '' }],
    ['null', { sub: null }],
    ['a list', { sub: ['a'] }],
    ['an object', { sub: { a: 1 } }],
    ['no number', { sub: Number.NaN }],
    ['.', { sub: '.' }],
    ['..', { sub: '..' }],
    ['.., encoded', { sub: '%2e%2e' }],
    ['a way up', { sub: '../admin' }],
    ['a way up behind a name', { sub: 'a/..' }],
    ['a line end', { sub: 'a\r\nX-Evil: 1' }],
    ['NUL', { sub: 'a\0' }],
    ['half of a surrogate pair', { sub: '\ud800' }],
  ])('%s: 403, and nothing goes upstream', async (_what, claims) => {
    const { port, seen, errors } = await gatewayFor('/u/{claims.sub}/mcp', () => claims);
    const answer = await send(port, { path: '/t/acme/mcp' });
    expect([answer.status, reasonOf(answer), seen()]).toEqual([403, 'policy_denied', []]);
    expect(JSON.stringify(answer.headers)).not.toContain('Evil');
    expect(errors.map(({ reason }) => reason)).toEqual(['policy_denied']);
  });

  test('a session that began under one value is not there under another', async () => {
    let org = 'one';
    const { port, seen } = await gatewayFor('/{claims.org}', () => ({ org }));
    await post(port, INITIALIZE, { path: '/t/acme/mcp' });
    const headers = { 'mcp-session-id': 'one' };
    const statuses = [(await send(port, { path: '/t/acme/mcp', headers })).status];
    org = 'two';
    statuses.push((await send(port, { path: '/t/acme/mcp', headers })).status);
    expect(statuses).toEqual([200, 404]);
    expect(seen()).toEqual(['/one', '/one']);
  });
});

describe('a claim needs somebody who has claims', () => {
  const target = 'http://127.0.0.1:9/{claims.sub}/mcp';
  test.each<[what: string, make: () => unknown, path: string]>([
    ['without auth', () => createMcpGateway({ target }), 'target'],
    [
      'with upstreamAuth()',
      () =>
        createMcpGateway({ target, auth: upstreamAuth(), publicUrl: 'https://own.example/mcp' }),
      'auth',
    ],
    ['in mcpProxy', () => mcpProxy({ target }), 'target'],
  ])('%s', (_what, make, path) => {
    expect(problemsOf(make).map((problem) => problem.path)).toContain(path);
  });

  test.each(['{claims}', '{claims.}', '{claims..a}', '{claims.a b}', '{other.a}'])(
    '%s is no such name',
    (name) => {
      const auth = () => null;
      const problems = problemsOf(() => createMcpGateway({ target: `http://h/x-${name}/y`, auth }));
      expect(problems.map(({ path }) => path)).toEqual(name === '{claims}' ? [] : ['target']);
    },
  );
});

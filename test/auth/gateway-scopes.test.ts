import { describe, expect, test } from '@jest/globals';
import { denyTools, type GatewayConfig, type Policy, requireScopes } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { type Issuer, startIssuer } from '../support/jwt/issued.ts';
import { recordingUpstream } from '../support/upstream.ts';

const WHERE =
  'Bearer resource_metadata="https://gateway.example/.well-known/oauth-protected-resource/mcp"';
const RULES = {
  'delete_*': ['files:delete', 'files:read'],
  '*_repo': ['repo:write'],
  delete_repo: ['admin'],
};

const call = (name: string, id: number | undefined = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });

async function behind(
  policies: Policy | Policy[] = requireScopes(RULES),
  config: (idp: Issuer) => Partial<GatewayConfig> = () => ({}),
) {
  const idp = await startIssuer();
  const upstream = await recordingUpstream();
  const { port } = await startGateway({
    target: upstream.target,
    publicUrl: 'https://gateway.example/mcp',
    auth: idp.auth,
    policies,
    ...config(idp),
  });
  const ask = async (scope: string, body: string) =>
    send(port, { body, headers: await idp.bearer({ scope }) });
  return { upstream, ask };
}

const scopesIn = (challenge: string | undefined) =>
  /scope="([^"]*)"/
    .exec(challenge ?? '')?.[1]
    ?.split(' ')
    .sort();

describe('a call without its scopes is told which all it needs', () => {
  test.each<[string, string, string[]]>([
    ['one rule', call('delete_file'), ['files:delete', 'files:read']],
    ['all rules', call('delete_repo'), ['admin', 'files:delete', 'files:read', 'repo:write']],
    [
      'a batch',
      `[${call('delete_file')},${call('push_repo', 2)}]`,
      ['files:delete', 'files:read', 'repo:write'],
    ],
    ['a notification', call('push_repo', undefined), ['repo:write']],
  ])('of %s', async (_, body, scopes) => {
    const { upstream, ask } = await behind();
    // One of them is there already; the client asks for all of them together.
    const answer = await ask('files:read', body);
    expect([answer.status, reasonOf(answer)]).toEqual([403, 'insufficient_scope']);
    const challenges = valuesOf(answer, 'www-authenticate');
    expect(challenges).toEqual([
      expect.stringMatching(
        /^Bearer resource_metadata="[^"]*", scope="[^"]*", error="insufficient_scope"$/,
      ),
    ]);
    expect(challenges[0]?.startsWith(WHERE)).toBe(true);
    expect(scopesIn(challenges[0])).toEqual(scopes);
    expect(upstream.seen).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['with all of them', 'files:read files:delete', call('delete_file')],
    ['a tool of no rule', '', call('list_files')],
    ['another method', '', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'],
    [
      'a batch with all',
      'files:read files:delete repo:write',
      `[${call('delete_file')},${call('push_repo', 2)}]`,
    ],
  ])('%s goes on', async (_, scope, body) => {
    const { upstream, ask } = await behind();
    expect((await ask(scope, body)).status).toBe(200);
    expect(upstream.seen.map((seen) => seen.body.toString())).toEqual([body]);
  });

  test.each<[string, string]>([
    ['part of one', 'files:delet files:read'],
    ['one and more', 'files:delete2 files:read'],
    ['another case', 'FILES:DELETE files:read'],
    ['a list in one', 'files:delete,files:read'],
  ])('%s is not that scope', async (_, scope) => {
    const { ask } = await behind();
    expect((await ask(scope, call('delete_file'))).status).toBe(403);
  });

  test('the id of the request is in the answer, and its status, whatever denyAs says', async () => {
    for (const denyAs of ['http', 'jsonrpc'] as const) {
      const { ask } = await behind(requireScopes(RULES), () => ({ denyAs }));
      const answer = await ask('', call('delete_file', 77));
      expect([answer.status, JSON.parse(answer.body).id]).toEqual([403, 77]);
      expect(valuesOf(answer, 'www-authenticate')).toHaveLength(1);
    }
  });

  test('what is denied anyhow is denied without a challenge: no scope would help', async () => {
    for (const policies of [
      [requireScopes(RULES), denyTools('delete_*')],
      [denyTools('delete_*'), requireScopes(RULES)],
    ]) {
      const { ask } = await behind(policies);
      const answer = await ask('', call('delete_file'));
      expect([answer.status, reasonOf(answer)]).toEqual([200, 'policy_denied']);
      expect(valuesOf(answer, 'www-authenticate')).toEqual([]);
    }
  });

  test('a policy of your own can ask for scopes as well', async () => {
    const { ask } = await behind(() => ({ allow: false, scopes: ['a', 'b'] }));
    const [challenge] = valuesOf(await ask('', call('x')), 'www-authenticate');
    expect(scopesIn(challenge)).toEqual(['a', 'b']);
  });
});

describe('scopes that every request needs', () => {
  const withScopes = (idp: Issuer) => ({ auth: idp.authWith({ scopes: ['mcp', 'mcp:use'] }) });

  test.each(['POST', 'GET', 'DELETE'])('%s without one of them', async (method) => {
    const idp = await startIssuer();
    const upstream = await recordingUpstream();
    const { port } = await startGateway({
      target: upstream.target,
      publicUrl: 'https://gateway.example/mcp',
      ...withScopes(idp),
    });
    const headers = await idp.bearer({ scope: 'mcp' });
    const answer = await send(port, { method, headers });
    expect([answer.status, reasonOf(answer)]).toEqual([403, 'insufficient_scope']);
    expect(valuesOf(answer, 'www-authenticate')).toEqual([
      `${WHERE}, scope="mcp mcp:use", error="insufficient_scope"`,
    ]);
    expect(upstream.seen).toEqual([]);
    const both = await idp.bearer({ scope: 'mcp:use x mcp' });
    expect((await send(port, { method, headers: both })).status).toBe(200);
  });

  test('with those of a tool: one challenge for all', async () => {
    const { ask } = await behind(requireScopes(RULES), withScopes);
    const answer = await ask('mcp mcp:use', call('push_repo'));
    expect(scopesIn(valuesOf(answer, 'www-authenticate')[0])).toEqual([
      'mcp',
      'mcp:use',
      'repo:write',
    ]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['scope, a text', { scope: 'mcp mcp:use' }],
    ['scp, a list', { scp: ['mcp', 'mcp:use'] }],
    ['scp, a text', { scp: 'mcp:use mcp' }],
  ])('in %s', async (_, claims) => {
    const idp = await startIssuer();
    const { target } = await recordingUpstream();
    const publicUrl = 'https://gateway.example/mcp';
    const { port } = await startGateway({ target, publicUrl, ...withScopes(idp) });
    expect((await send(port, { headers: await idp.bearer(claims) })).status).toBe(200);
  });
});

test.each<[string, Record<string, unknown>]>([
  ['scope as a text', { scope: 'mcp repo:write' }],
  ['scope as a list', { scope: ['mcp', 'repo:write'] }],
  ['scp as a list with several in one text', { scp: ['mcp repo:write'] }],
])('the scopes that every request needs, and those of a tool: %s', async (_, claims) => {
  const upstream = await recordingUpstream();
  const idp = await startIssuer();
  const { port } = await startGateway({
    target: upstream.target,
    publicUrl: 'https://gateway.example/mcp',
    auth: idp.authWith({ scopes: ['mcp'] }),
    policies: requireScopes({ '*_repo': ['repo:write'] }),
  });
  const ask = async (own: Record<string, unknown>) => {
    return send(port, { body: call('fork_repo'), headers: await idp.bearer(own) });
  };
  expect((await ask(claims)).status).toBe(200);
  expect(reasonOf(await ask({ scope: ['other'] }))).toBe('insufficient_scope');
  expect(upstream.seen).toHaveLength(1);
});

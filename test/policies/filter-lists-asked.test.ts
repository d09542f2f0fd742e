import { describe, expect, test } from '@jest/globals';
import { denyTools, type Policy, type PolicyContext } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import type { Fields } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { call, modern, modernHeaders, notification } from '../support/messages.ts';
import { answer, filtered, filtering, result, TOOLS_LIST, tools } from './support/filtered.ts';

describe('filterLists: the heads', () => {
  const DESCRIPTIONS = [
    'ETag: "1"',
    'Content-MD5: a',
    'Digest: a',
    'Content-Digest: a',
    'Repr-Digest: a',
    'Last-Modified: a',
  ];

  test.each<[string, boolean]>([
    [tools('a', 'hidden'), true],
    [tools('a'), false],
  ])('of %s: what described the bytes goes where they changed: %j', async (body, isEdited) => {
    const fields = ['Content-Type: application/json', 'X-Other: 1', ...DESCRIPTIONS];
    const got = await filtered(answer(body, fields));
    expect(got).toMatchObject({ framing: 'length', complete: true });
    expect(got.rest).toHaveLength(0);
    for (const field of DESCRIPTIONS) {
      const [name = ''] = field.split(':');
      expect(valuesOf(got, name.toLowerCase())).toHaveLength(isEdited ? 0 : 1);
    }
    expect(valuesOf(got, 'x-other')).toEqual(['1']);
  });

  test('the upstream is asked for what can be read, whatever else is set', async () => {
    for (const headers of [{}, { set: { 'accept-encoding': 'br' } }]) {
      const { gateway, upstream } = await filtering(answer(tools('a')), { headers });
      await send(gateway.port, { body: TOOLS_LIST, headers: ['Accept-Encoding: gzip'] });
      const [connection] = upstream.connections;
      expect(connection?.received.match(/accept-encoding: .*/gi)).toEqual([
        'Accept-Encoding: identity',
      ]);
    }
    const { gateway, upstream } = await filtering(answer(tools('a')));
    await send(gateway.port, { body: call('a'), headers: ['Accept-Encoding: gzip'] });
    expect(upstream.connections[0]?.received).toContain('Accept-Encoding: gzip');
  });

  test.each<[string, string]>([
    [
      '"cacheScope":"public","tools":[{"name":"a"}]',
      '"cacheScope":"private","tools":[{"name":"a"}]',
    ],
    ['"tools":[],"cacheScope" : "publ\\u0069c"', '"tools":[],"cacheScope" : "private"'],
    [
      '"cacheScope":"public","tools":[{"name":"hidden"}],"ttlMs":1',
      '"cacheScope":"private","tools":[],"ttlMs":1',
    ],
    [
      '"tools":[{"name":"hidden"},{"name":"a"}],"cacheScope":"public"',
      '"tools":[{"name":"a"}],"cacheScope":"private"',
    ],
    ['"tools":[],"cacheScope":"private"', '"tools":[],"cacheScope":"private"'],
    ['"tools":[],"cacheScope":["public"]', '"tools":[],"cacheScope":["public"]'],
    ['"_meta":{"cacheScope":"public"},"tools":[]', '"_meta":{"cacheScope":"public"},"tools":[]'],
    ['"cacheScope":"public"', '"cacheScope":"public"'],
  ])('a list for one caller is not public: %s', async (before, behind) => {
    const { body } = await filtered(answer(result(before)));
    expect(body.toString()).toBe(result(behind));
  });
});

describe('filterLists: what policies are asked', () => {
  async function askedOf(body: string, headers: Fields = {}): Promise<PolicyContext[]> {
    const asked: PolicyContext[] = [];
    const policies: Policy = (ctx) => {
      asked.push(ctx);
      return true;
    };
    const list = result(
      '"tools":[{"name":"a"}],"prompts":[{"name":"b"}],"resources":[{"uri":"c:d"}]',
    );
    await filtered(answer(list), { body, headers }, { policies });
    return asked.filter(({ mcp }) => !mcp.method.endsWith('/list'));
  }

  test('about a request for each, as the caller would send it', async () => {
    const asked = await askedOf(TOOLS_LIST, ['Mcp-Session-Id: s', 'X-Own: 1']);
    const known = { id: 0, era: 'legacy', protocolVersion: '2025-03-26', sessionId: 's' };
    expect(asked.map(({ mcp }) => ({ ...mcp, params: { ...mcp.params } }))).toEqual([
      { ...known, method: 'tools/call', name: 'a', params: { name: 'a' }, idText: '0' },
      { ...known, method: 'prompts/get', name: 'b', params: { name: 'b' }, idText: '0' },
      { ...known, method: 'resources/read', name: 'c:d', params: { uri: 'c:d' }, idText: '0' },
    ]);
    for (const { mcp, headers, ip, req } of asked) {
      expect(headers['x-own']).toBe('1');
      expect(ip).toBe('127.0.0.1');
      expect(req.method).toBe('POST');
      expect(Object.isFrozen(mcp) && Object.isFrozen(mcp.params)).toBe(true);
      expect(Object.getPrototypeOf(mcp.params)).toBeNull();
    }
  });

  test('of the era of the list', async () => {
    const [asked] = await askedOf(modern('tools/list'), modernHeaders('tools/list'));
    expect(asked?.mcp).toMatchObject({ era: 'modern', protocolVersion: '2026-07-28' });
  });

  test('all have to allow it, and the first that does not ends it', async () => {
    const seen: string[] = [];
    const noted = (name: string, allow: boolean): Policy => ({
      name,
      check: ({ mcp }) =>
        mcp.method.endsWith('/list') || seen.push(`${name} ${mcp.name}`) < 0 || allow,
    });
    const policies = [denyTools('b'), noted('one', false), noted('two', true)];
    const { body } = await filtered(answer(tools('a', 'b')), undefined, { policies });
    expect(body.toString()).toBe(tools());
    expect(seen).toEqual(['one a']);
  });

  test('a list asked for without an id gets its answer filtered as well', async () => {
    const { body } = await filtered(answer(tools('hidden')), { body: notification('tools/list') });
    expect(body.toString()).toBe(tools());
  });
});

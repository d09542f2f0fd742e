import { describe, expect, test } from '@jest/globals';
import type { NextFunction, Request, Response } from 'express';
import { type McpRequest, mcpOf, type PolicyContext } from '../../src/index.ts';
import type { Outgoing } from '../support/client/request.ts';
import { post } from '../support/client/send.ts';
import { call, MODERN, message, modern, modernHeaders, notification } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

/** What a policy was shown of a body: the context of each of its messages. */
async function shown(body: string, sending?: Outgoing): Promise<PolicyContext[]> {
  const contexts: PolicyContext[] = [];
  const { port } = await guarded((ctx) => contexts.push(ctx) > 0);
  expect((await post(port, body, sending)).status).toBe(200);
  return contexts;
}

/** The only one. */
async function shownOne(body: string, sending?: Outgoing): Promise<PolicyContext> {
  const contexts = await shown(body, sending);
  expect(contexts).toHaveLength(1);
  return contexts[0] as PolicyContext;
}

const isBare = (value: unknown) => Object.getPrototypeOf(value) === null;

describe('what a policy is shown', () => {
  test('a legacy call', async () => {
    const headers = { 'Mcp-Session-Id': 's-1', 'X-Own': 'o' };
    const ctx = await shownOne(call('t', { args: '{"a":[1,{"b":null}]}', id: '"i"' }), { headers });
    expect({ ...ctx.mcp }).toMatchObject({
      method: 'tools/call',
      name: 't',
      id: 'i',
      era: 'legacy',
      protocolVersion: '2025-03-26',
      sessionId: 's-1',
    });
    expect(JSON.stringify(ctx.mcp.arguments)).toBe('{"a":[1,{"b":null}]}');
    expect(ctx.mcp.params?.arguments).toEqual(ctx.mcp.arguments);
    expect(ctx.ip).toMatch(/127\.0\.0\.1$/);
    expect(ctx.headers['x-own']).toBe('o');
    expect(ctx.req.method).toBe('POST');
  });

  test('a modern call', async () => {
    const sending = { headers: modernHeaders('tools/call', 't') };
    const { mcp } = await shownOne(modern('tools/call', '"name":"t"'), sending);
    expect({ ...mcp }).toMatchObject({
      name: 't',
      era: 'modern',
      protocolVersion: MODERN,
      sessionId: undefined,
      arguments: undefined,
    });
  });

  test('the revision of a legacy message is that of the header, or else 2025-03-26', async () => {
    const headers = { 'MCP-Protocol-Version': '2025-06-18' };
    expect((await shownOne(message('ping'), { headers })).mcp.protocolVersion).toBe('2025-06-18');
    expect((await shownOne(message('ping'))).mcp.protocolVersion).toBe('2025-03-26');
    const asking = message('initialize', '{"protocolVersion":"2025-11-25"}');
    expect((await shownOne(asking)).mcp.protocolVersion).toBe('2025-11-25');
  });

  test.each([
    ['prompts/get', '"name":"p"', 'p'],
    ['resources/read', '"uri":"file:///a"', 'file:///a'],
    ['resources/subscribe', '"uri":"file:///a"', 'file:///a'],
    ['completion/complete', '"ref":{"type":"ref/prompt","name":"p"},"argument":{}', 'p'],
    ['completion/complete', '"ref":{"type":"ref/resource","uri":"file:///{a}"}', 'file:///{a}'],
    ['tasks/get', '"taskId":"k"', 'k'],
    ['tasks/update', '"taskId":"k"', 'k'],
    ['tasks/cancel', '"taskId":"k"', 'k'],
    ['tasks/result', '"taskId":"k"', 'k'],
    ['tools/list', '', undefined],
    ['server/discover', '', undefined],
  ])('%s with {%s} is about %j', async (method, members, name) => {
    const legacy = await shownOne(message(method, `{${members}}`));
    expect([legacy.mcp.method, legacy.mcp.name]).toEqual([method, name]);
    const mirrored = ['tools/list', 'server/discover'].includes(method) ? undefined : name;
    const headers = modernHeaders(method, mirrored);
    const { mcp } = await shownOne(modern(method, members), { headers });
    expect([mcp.method, mcp.name, mcp.era]).toEqual([method, name, 'modern']);
  });

  test('a name in escapes is the name', async () => {
    const body = call('t').replace('"t"', '"\\u0064elete\\u005f\\u0061ll"');
    expect((await shownOne(body)).mcp.name).toBe('delete_all');
  });

  test('each message of a batch by itself, and its responses not at all', async () => {
    const body = `[${call('a')},${notification('notifications/x')},{"jsonrpc":"2.0","id":3,"result":{}},${call('b', { id: '2' })}]`;
    const seen = (await shown(body)).map(({ mcp }) => [mcp.method, mcp.name, mcp.id]);
    expect(seen).toEqual([
      ['tools/call', 'a', 1],
      ['notifications/x', undefined, undefined],
      ['tools/call', 'b', 2],
    ]);
  });
});

describe('nothing that is not in the message shows in it', () => {
  test('there are no prototypes, down to the arguments', async () => {
    const ctx = await shownOne(call('t', { args: '{"a":{"b":[{}]}}' }));
    const args = ctx.mcp.arguments as { a: { b: object[] } };
    const all = [ctx, ctx.mcp, ctx.mcp.params, args, args.a, args.a.b[0]];
    expect(all.map(isBare)).toEqual(all.map(() => true));
    expect('toString' in ctx.mcp).toBe(false);
  });

  test('an argument called __proto__ is an argument', async () => {
    const { mcp } = await shownOne(call('t', { args: '{"__proto__":{"isAdmin":true}}' }));
    expect(Object.keys(mcp.arguments ?? {})).toEqual(['__proto__']);
    expect(mcp.arguments?.isAdmin).toBeUndefined();
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });

  test('neither the context nor the message can be changed', async () => {
    const outcomes: boolean[] = [];
    const { port } = await guarded([
      (ctx) => {
        outcomes.push(Reflect.set(ctx.mcp, 'name', 'harmless'), Reflect.set(ctx, 'mcp', {}));
        return true;
      },
      ({ mcp }) => mcp.name === 't',
    ]);
    expect((await post(port, call('t'))).status).toBe(200);
    expect(outcomes).toEqual([false, false]);
  });

  test('a policy that tries denies', async () => {
    const { port, upstream, errors } = await guarded((ctx) => {
      (ctx.mcp as { name: string }).name = 'harmless';
      return true;
    });
    expect((await post(port, call('t'))).status).toBe(403);
    expect(errors[0]?.cause).toBeInstanceOf(TypeError);
    expect(upstream.seen).toEqual([]);
  });
});

describe('mcpOf(req) in `use`', () => {
  async function inUse(body: string, policies: boolean): Promise<McpRequest | undefined> {
    const found: (McpRequest | undefined)[] = [];
    const use = (req: Request, _res: Response, next: NextFunction) => {
      found.push(mcpOf(req));
      next();
    };
    const { port } = await guarded(policies ? () => true : undefined, { use });
    expect((await post(port, body)).status).toBe(200);
    expect(found).toHaveLength(1);
    return found[0];
  }

  test('a single message', async () => {
    const mcp = await inUse(call('t', { args: '{"a":1}' }), true);
    expect(mcp).toMatchObject({ method: 'tools/call', name: 't', id: 1, batch: undefined });
    expect(mcp?.arguments?.a).toBe(1);
  });

  test('a batch', async () => {
    const mcp = await inUse(`[${call('a')},${call('b')}]`, true);
    expect(mcp?.batch?.map(({ name }) => name)).toEqual(['a', 'b']);
    expect([mcp?.method, mcp?.name]).toEqual([undefined, undefined]);
  });

  test('a response', async () => {
    const mcp = await inUse('{"jsonrpc":"2.0","id":1,"result":{}}', true);
    expect(Object.values(mcp ?? { none: 1 }).filter((value) => value !== undefined)).toEqual([]);
  });

  test('nothing, where nothing reads the body', async () => {
    expect(await inUse(call('t'), false)).toBeUndefined();
  });

  test('nothing, on GET and DELETE', async () => {
    const found: unknown[] = [];
    const { url } = await guarded(() => true, {
      use: (req: Request, _res: Response, next: NextFunction) => {
        found.push(mcpOf(req));
        next();
      },
    });
    for (const method of ['GET', 'DELETE']) await (await fetch(url, { method })).text();
    expect(found).toEqual([undefined, undefined]);
  });
});

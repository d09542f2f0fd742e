import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { denyTools, type Middleware, mcpOf, mcpProxy, policy, throttle } from '../../src/index.ts';
import { outcomeOf } from '../support/client/refusal.ts';
import { post } from '../support/client/send.ts';
import { call } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

const byName = () => policy(denyTools('x'));
const byArguments = () => policy(({ mcp }) => mcp.arguments?.a !== 2);
const limit = () => throttle({ limit: 10, window: '1m', match: { name: 't' } });

/** The messages as they were left behind each of the middlewares, for one call. */
async function leftBehind(...middlewares: Middleware[]): Promise<unknown[]> {
  const left: unknown[] = [];
  const look: Middleware = (req, _res, next) => {
    left.push(mcpOf(req)?.params);
    next();
  };
  const { target } = await recordingUpstream();
  const steps = middlewares.flatMap((middleware) => [middleware, look]);
  const { port } = await serve(express().use(...steps, mcpProxy({ target })));
  const { status } = await post(port, call('t', { args: '{"a":1}' }));
  expect([status, left.length]).toEqual([200, middlewares.length]);
  return left;
}

describe('policy() and throttle() one behind the other', () => {
  test.each<[string, Middleware[]]>([
    ['a policy and a limit', [byName(), limit()]],
    ['a limit and a policy', [limit(), byName()]],
    ['the first sees more than the second', [byArguments(), limit()]],
  ])('read the body once: %s', async (_, middlewares) => {
    const [first, second] = await leftBehind(...middlewares);
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  test('read it again where the second sees more', async () => {
    const [first, second] = await leftBehind(byName(), byArguments());
    expect(second).toBeDefined();
    expect(second).not.toBe(first);
  });

  test('judge what was put in the place of what was read', async () => {
    const upstream = await recordingUpstream();
    const replace: Middleware = (req, _res, next) => {
      Object.assign(req, { rawBody: Buffer.from(call('x', { args: '{"a":1}' })) });
      next();
    };
    const { port } = await serve(
      express().use(byName(), replace, byName(), mcpProxy({ target: upstream.target })),
    );
    expect(outcomeOf(await post(port, call('t', { args: '{"a":1}' })))).toBe(403);
    expect(upstream.seen).toEqual([]);
  });
});

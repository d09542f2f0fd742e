import { describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import { toolPinning } from '../../src/exports/pinning.ts';
import { createMcpGateway, mcpProxy, policy } from '../../src/index.ts';
import { outcomeOf } from '../support/client/refusal.ts';
import { post, send } from '../support/client/send.ts';
import { call as callOf, message } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { listed, respond, tool, toolServer } from '../support/tool-server.ts';
import { pinned } from './support/pinned.ts';

const LIST = message('tools/list');
const of = (team: string) => ({ headers: { 'X-Team': team } });
const listOf = (team: string) => ({ ...of(team), body: LIST });

type Headers = { readonly headers: NodeJS.Dict<string | string[]> };
const by = ({ headers }: Headers) => String(headers['x-team']);

/** A server that gives each team a tool of its own under one name. */
async function teamServer() {
  const server = await toolServer();
  server.list = (res) => {
    const team = server.seen.at(-1)?.headers['x-team'];
    respond(res, 'json', listed([tool('a', `"title":"${team}"`)]));
  };
  return server;
}

const config = { headers: { forward: ['X-Team'] } };

describe('toolPinning: lists of several users', () => {
  test('by tells them apart, so that none is a change of another', async () => {
    const server = await teamServer();
    const { list, call, gateway, reports } = await pinned(server.target, { by }, config);
    for (const team of ['one', 'two', 'one', 'two']) {
      await list(undefined, listOf(team));
      expect(await call('a', of(team))).toBe(200);
    }
    expect(reports).toEqual([]);
    expect(gateway.pins().map(({ list, state }) => [list, state])).toEqual([
      ['one', 'pinned'],
      ['two', 'pinned'],
    ]);
  });

  test('without it, one is a change of another', async () => {
    const server = await teamServer();
    const { list, call } = await pinned(server.target, {}, config);
    await list(undefined, listOf('one'));
    await list(undefined, listOf('two'));
    expect(await call('a', of('two'))).toBe(403);
  });

  test('users who see a part of one list each do not make tools come and go', async () => {
    const server = await toolServer(tool('a'), tool('b'), tool('c'));
    const { list, call, reports } = await pinned(server.target, { onNew: 'deny' });
    await list();
    const all = server.tools;
    for (let i = 0; i < 3; i += 1) {
      server.tools = all.slice(0, 2);
      await list();
      server.tools = all;
      await list();
    }
    expect(reports).toEqual(['tool "c" is gone']);
    expect(await call('c')).toBe(200);
  });

  test.each<[string, (ctx: Headers) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['gives a promise', async () => 'a'],
    ['gives a promise that rejects', () => Promise.reject(new Error('secret'))],
    ['gives nothing', () => undefined],
    ['gives a number', () => 1],
  ])('a function that %s lets no call pass', async (_what, broken) => {
    const server = await toolServer(tool('a'));
    let isBroken = false;
    const { list, call, errors } = await pinned(server.target, {
      by: ((ctx: Headers) => (isBroken ? broken(ctx) : 'a')) as () => string,
    });
    await list();
    isBroken = true;
    expect(await call('a')).toBe(403);
    expect((await list()).status).toBe(200);
    expect(new Set(errors.map(({ reason }) => reason))).toEqual(new Set(['policy_denied']));
    // Nobody knows what was in that list.
    isBroken = false;
    expect(await call('a')).toBe(403);
    await list();
    expect(await call('a')).toBe(200);
  });

  test('more lists than are kept are not approved by being forgotten', async () => {
    const server = await toolServer(tool('a'));
    const { list, call } = await pinned(server.target, { by });
    await list(undefined, listOf('7'));
    for (let i = 0; i < 1000; i += 1) await call('a', of(String(i)));
    expect(await call('a', of('one more'))).toBe(403);
    // Nor does one of them change anything for others.
    expect((await list(undefined, listOf('one more'))).status).toBe(200);
    expect(await call('a', of('7'))).toBe(200);
  });

  test('servers behind one template are told apart', async () => {
    const servers = {
      one: await toolServer(tool('a')),
      two: await toolServer(tool('a', '"title":"b"')),
    };
    const front = express().use('/t/:team/mcp', async (req, res) => {
      const { target } = servers[req.params.team as 'one'];
      const headers = { 'Content-Type': 'application/json' };
      const body = JSON.stringify(req.body);
      const answer = await fetch(String(target), { method: 'POST', body, headers });
      respond(res, 'json', await answer.text());
    });
    const { port: frontPort } = await serve(express().use(express.json(), front));
    const gateway = createMcpGateway({
      target: `http://127.0.0.1:${frontPort}/t/{team}/mcp`,
      path: '/',
      denyAs: 'http',
      policies: toolPinning(),
      observe: { onDecision: () => {} },
    });
    const { port } = await serve(express().use('/:team', gateway));
    for (const path of ['/one', '/two', '/one']) {
      expect((await send(port, { path, body: LIST })).status).toBe(200);
      expect((await send(port, { path, body: callOf('a') })).status).toBe(200);
    }
    expect(gateway.pins().map(({ list, state }) => [list, state])).toEqual([
      ['team=one', 'pinned'],
      ['team=two', 'pinned'],
    ]);
    servers.one.tools = [tool('a', '"title":"c"')];
    await send(port, { path: '/one', body: LIST });
    expect((await send(port, { path: '/one', body: callOf('a') })).status).toBe(403);
    expect((await send(port, { path: '/two', body: callOf('a') })).status).toBe(200);
  });
});

test('toolPinning in policy(), in front of mcpProxy without a gateway', async () => {
  const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const server = await toolServer(tool('a'));
  const pinning = toolPinning();
  const { port } = await serve(
    express().use('/mcp', policy(pinning), mcpProxy({ target: server.target })),
  );
  await post(port, LIST);
  expect(pinning.pins()).toMatchObject([{ name: 'a', state: 'pinned' }]);
  server.tools = [tool('a', '"title":"b"')];
  expect((await post(port, LIST)).body).toBe(listed(server.tools));
  expect(outcomeOf(await post(port, callOf('a')))).toBe(403);
  expect(emitted.mock.calls.map(([text]) => String(text))).toEqual([
    expect.stringContaining('tool "a" has changed: title, description.'),
  ]);
  emitted.mockRestore();
  await pinning.approve('a');
  expect(outcomeOf(await post(port, callOf('a')))).toBe(200);
});

import { expect, jest, test } from '@jest/globals';
import { valuesOf } from '../support/client/answer.ts';
import { message } from '../support/messages.ts';
import { listed, respond, tool, toolServer } from '../support/tool-server.ts';
import { pinned } from './support/pinned.ts';

test('toolPinning: the first list is all of its pages, and is approved', async () => {
  const server = await toolServer(...'abcde'.split('').map((name) => tool(name)));
  server.pageSize = 2;
  const { list, states, reports } = await pinned(server.target);
  for (const cursor of [undefined, '2', '4']) await list(cursor);
  expect(states()).toEqual({ a: 'pinned', b: 'pinned', c: 'pinned', d: 'pinned', e: 'pinned' });
  server.tools.push(tool('f'));
  for (const cursor of [undefined, '2', '4']) await list(cursor);
  expect(reports).toEqual(['tool "f" is new']);
});

test('toolPinning: a tool is gone only when it is on no page of a whole list', async () => {
  const server = await toolServer(...'abcd'.split('').map((name) => tool(name)));
  server.pageSize = 2;
  const { list, states, reports } = await pinned(server.target);
  await list();
  await list('2');
  server.tools = 'acde'.split('').map((name) => tool(name));
  await list();
  expect(reports).toEqual([]);
  expect(states()).toMatchObject({ b: 'pinned' });
  // From the middle on, or of somebody else, they are not all pages.
  await list('2', {
    headers: { 'Mcp-Session-Id': 'other' },
    body: message('tools/list', '{"cursor":"2"}'),
  });
  expect(reports).toEqual(['tool "e" is new']);
  await list('2');
  expect(reports).toEqual(['tool "e" is new', 'tool "b" is gone']);
  expect(states()).toMatchObject({ b: 'gone', d: 'pinned', e: 'new' });
});

test('toolPinning: pages of several callers at once do not mix', async () => {
  const server = await toolServer(...'abcd'.split('').map((name) => tool(name)));
  server.pageSize = 2;
  const { list, states } = await pinned(server.target);
  const of = (session: string, cursor?: string) =>
    list(cursor, {
      headers: { 'Mcp-Session-Id': session },
      body: message('tools/list', cursor && JSON.stringify({ cursor })),
    });
  await Promise.all([of('x'), of('y')]);
  await Promise.all([of('x', '2'), of('y', '2')]);
  expect(Object.values(states())).toEqual(['pinned', 'pinned', 'pinned', 'pinned']);
});

test('toolPinning: a name on two pages is the same tool, or counts as changed', async () => {
  const server = await toolServer(tool('a'), tool('b'));
  const { list, call, states } = await pinned(server.target);
  await list();
  server.pageSize = 1;
  server.tools = [tool('a', '"description":"evil"'), tool('b'), tool('a')];
  for (const cursor of [undefined, '1', '2']) await list(cursor);
  expect(states()).toEqual({ a: 'changed', b: 'pinned' });
  expect([await call('a'), await call('b')]).toEqual([403, 200]);
});

test('toolPinning: a batch may ask for two pages', async () => {
  const server = await toolServer(tool('a'), tool('b'));
  const { list, states, reports } = await pinned(server.target);
  await list();
  server.list = (res) => {
    const answers = [listed([tool('b')], '"y"'), listed([tool('c')], '"x"', ',"nextCursor":"n"')];
    respond(res, 'json', `[${answers.join()}]`);
  };
  const ask = (id: string, params?: string) => message('tools/list', params, id);
  const answer = await list(undefined, {
    body: `[${ask('"x"')},${ask('"y"', '{"cursor":"m"}')}]`,
  });
  expect(valuesOf(answer, 'content-type')).toEqual(['application/json']);
  expect(states()).toEqual({ a: 'pinned', b: 'pinned', c: 'new' });
  expect(reports).toEqual(['tool "c" is new']);
});

test('toolPinning: a list that never ends approves what is new for ten minutes only', async () => {
  const server = await toolServer(tool('a'));
  const { list, states } = await pinned(server.target);
  server.list = (res, id) => respond(res, 'json', listed(server.tools, id, ',"nextCursor":"x"'));
  const now = jest.spyOn(Date, 'now').mockReturnValue(1e12);
  try {
    await list();
    server.tools = [tool('a'), tool('b')];
    await list('x');
    now.mockReturnValue(1e12 + 10 * 60_000 + 1);
    server.tools = [tool('a'), tool('b'), tool('c')];
    await list();
    expect(states()).toEqual({ a: 'pinned', b: 'pinned', c: 'new' });
  } finally {
    now.mockRestore();
  }
});

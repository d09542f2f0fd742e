import { describe, expect, test } from '@jest/globals';
import { listed, tool, toolServer } from '../support/tool-server.ts';
import { pinned } from './support/pinned.ts';

const GOOD = tool('a');
const EVIL = tool('a', '"description":"evil"');

/** Clients take the first answer to a request, and let go of others. */
describe('toolPinning: what a client lets go of makes nothing as approved', () => {
  const data = (text: string) => `data: ${text}\n\n`;
  const twice = `data: {"id":1,"result":{"tools":[${EVIL}],"tools":[${EVIL}]}}\n\n`;
  test.each([
    ['a second answer', 'text/event-stream', data(listed([EVIL])) + data(listed([GOOD]))],
    ['a second answer of a batch', 'application/json', `[${listed([EVIL])},${listed([GOOD])}]`],
    ['an answer to nothing', 'text/event-stream', data(listed([EVIL])) + data(listed([GOOD], 9))],
    [
      'an answer without an id',
      'text/event-stream',
      data(listed([EVIL])) + data(listed([GOOD], null)),
    ],
    ['a second answer, after an unread one', 'text/event-stream', twice + data(listed([GOOD]))],
    [
      'a first answer before another one',
      'text/event-stream',
      data(listed([GOOD])) + data(listed([EVIL])),
    ],
  ])('%s', async (_what, type, body) => {
    const server = await toolServer(GOOD);
    const { list, call } = await pinned(server.target);
    await list();
    server.list = (res) => res.writeHead(200, { 'Content-Type': type }).end(body);
    await list();
    expect(await call('a')).toBe(403);
    server.list = undefined;
    await list();
    expect(await call('a')).toBe(200);
  });

  test('in the answer to a later request', async () => {
    const server = await toolServer(GOOD);
    const session = { headers: { 'Mcp-Session-Id': 's' } };
    const { list, call } = await pinned(server.target);
    await list(undefined, session);
    server.tools = [EVIL];
    await list(undefined, session);
    server.other = (res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' }).end(listed([GOOD]));
    };
    const { body } = await list(undefined, {
      ...session,
      body: '{"jsonrpc":"2.0","id":3,"method":"ping"}',
    });
    expect(body).toBe(listed([GOOD]));
    expect(await call('a', session)).toBe(403);
  });
});

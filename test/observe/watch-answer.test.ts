import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { type AnswerWatcher, watchAnswer } from '../../src/slots/observe/watch-answer.ts';
import { serve } from '../support/servers.ts';

/** What a watcher is told, in order. */
function notes(): AnswerWatcher & { readonly told: unknown[] } {
  const told: unknown[] = [];
  return {
    told,
    onHead: (head) => void told.push(head),
    onBytes: (bytes) => void told.push(Buffer.from(bytes).toString()),
    onFinish: () => void told.push('finish'),
  };
}

/** What both of two watchers of one answer are told. */
async function watchedTwice(answer: (res: ServerResponse) => void): Promise<unknown[]> {
  const [first, second] = [notes(), notes()];
  const { port } = await serve((_req, res) => {
    watchAnswer(res, first);
    watchAnswer(res, second);
    answer(res);
  });
  await (await fetch(`http://127.0.0.1:${port}`)).text();
  expect(second.told).toEqual(first.told);
  return first.told;
}

const head = { contentType: 'text/plain', sessionId: 's', isEncoded: false };

test.each<[string, (res: ServerResponse) => void]>([
  [
    'set before',
    (res) => res.setHeader('Content-Type', 'text/plain').setHeader('MCP-Session-Id', 's'),
  ],
  [
    'given as an object',
    (res) => res.writeHead(200, { 'Content-Type': 'text/plain', 'Mcp-Session-Id': 's' }),
  ],
  [
    'given as a list, behind a reason',
    (res) => res.writeHead(200, 'Fine', ['Content-Type', 'text/plain', 'Mcp-Session-Id', 's']),
  ],
  [
    'given in place of what was set',
    (res) => {
      const fields = { 'content-type': 'text/plain', 'mcp-session-id': 's' };
      res.setHeader('Content-Type', 'a/b').writeHead(200, fields);
    },
  ],
])('all who watch an answer are told of fields that are %s', async (_how, writeFields) => {
  const told = await watchedTwice((res) => {
    writeFields(res);
    res.write('a');
    res.end(Buffer.from('b'));
  });
  expect(told).toEqual([head, 'a', 'b', 'finish']);
});

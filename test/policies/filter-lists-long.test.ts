import { describe, expect, test } from '@jest/globals';
import type { Outgoing } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { events, FILTER, filtering, result, TOOLS_LIST, tools } from './support/filtered.ts';

const MB = 1024 * 1024;
const PADDING = 'x'.repeat(5 * MB);
const NEXT = `data: ${tools('a')}\n\n`;
const HIDDEN = '{"name":"hidden"}';
const PROBLEM =
  /^\{"jsonrpc":"2\.0","id":(.*),"error":\{"code":502,.*"reason":"upstream_invalid"\}\}\}$/;

/** What comes of an event on a stream that was opened by GET, and of the one behind it. */
async function onStream(event: string | Buffer, request: Outgoing = { method: 'GET' }) {
  const { gateway } = await filtering(
    events(Buffer.concat([Buffer.from(event), Buffer.from(NEXT)])),
  );
  const got = await send(gateway.port, request);
  expect(got).toMatchObject({ status: 200, complete: true });
  const body = got.bytes.toString('latin1');
  // In any case the stream goes on.
  expect(body.endsWith(NEXT)).toBe(true);
  return { event: body.slice(0, -NEXT.length), errors: gateway.errors };
}

describe('filterLists: an event that is too long to be held ends no session', () => {
  test.each<[string, string]>([
    [
      'the result of a call',
      `data: ${result(`"content":[{"type":"text","text":"${PADDING}"}]`)}\n\n`,
    ],
    [
      'one whose id is last',
      `data: {"result":{"content":"${PADDING}"},"jsonrpc":"2.0","id":1}\n\n`,
    ],
    ['a notification', `data: {"jsonrpc":"2.0","method":"x","params":{"tools":"${PADDING}"}}\n\n`],
    ['an error', `data: {"jsonrpc":"2.0","id":1,"error":{"message":"${PADDING}"}}\n\n`],
    ['another type', `event: other\ndata: ${result(`"tools":["${PADDING}"]`)}\n\n`],
    ['no JSON', `data: ${PADDING}\n\n`],
    ['a comment', `: ${PADDING}\n\n`],
    [
      'a result over several lines',
      `data: {"id":1,\ndata: "result":{"content":[\ndata: "${PADDING}"]}}\n\n`,
    ],
    ['one that nobody can tell, without an id', `data: {"result":{"_meta":"${PADDING}"}}\n\n`],
  ])('%s passes as it is', async (_what, event) => {
    const { event: passed, errors } = await onStream(event);
    expect(passed === event).toBe(true);
    expect(errors).toEqual([]);
  });

  test.each<[string, string, string]>([
    [
      'whose id is first',
      result(`"tools":[${HIDDEN}],"_meta":"${PADDING}"`, '"\\u0041"'),
      '"\\u0041"',
    ],
    [
      'whose id is last',
      `{"result":{"tools":[${HIDDEN}],"_meta":"${PADDING}"},"jsonrpc":"2.0","id":12345678901234567890}`,
      '12345678901234567890',
    ],
    [
      'that comes behind something long',
      result(`"_meta":"${PADDING}","tools":[${HIDDEN}]`, '7'),
      '7',
    ],
    [
      'of templates',
      result(`"resourceTemplates":[{"uriTemplate":"hidden"}],"_meta":"${PADDING}"`, '7'),
      '7',
    ],
    [
      'that comes behind another member',
      result(`"x":1,"tools":[${HIDDEN}],"y":"${PADDING}"`, '7'),
      '7',
    ],
  ])('a list %s is answered with an error', async (_what, data, id) => {
    const { event, errors } = await onStream(`id: 9\ndata: ${data}\n\n`);
    const [, error = ''] = /^id: 9\nevent: message\ndata: (.*)\n\n$/.exec(event) ?? [];
    expect(PROBLEM.exec(error)?.[1]).toBe(id);
    expect(event).not.toContain('hidden');
    expect(errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
  });

  test('to a POST, a list has the id that was asked with', async () => {
    const data = `{"result":{"tools":[${HIDDEN}],"_meta":"${PADDING}"}}`;
    const { event } = await onStream(`data: ${data}\n\n`, { body: TOOLS_LIST });
    expect(event).toContain('"id":1,"error"');
    expect(event).not.toContain('hidden');
  });

  test.each(['\n\n', '\r\n\r\n', '\r\r'])('wherever its parts are cut, with %j', async (end) => {
    const event = `data: ${result(`"content":"${PADDING}"`)}${end}`;
    const { event: passed } = await onStream(event);
    expect(passed === event).toBe(true);
  });

  test('what is not UTF-8 passes, unless it is a list', async () => {
    const call = Buffer.from('data: {"id":1,"result":{"content":"\u00ff"}}\n\n', 'latin1');
    expect((await onStream(call)).event).toBe(call.toString('latin1'));
    const list = Buffer.from(
      'data: {"id":1,"result":{"tools":[{"name":"hidden\u00ff"}]}}\n\n',
      'latin1',
    );
    expect((await onStream(list)).event).toContain('"id":1,"error"');
  });

  test('an event of any length takes no more memory than one that is just too long', async () => {
    const CHUNK = Buffer.alloc(MB, 'x');
    const COUNT = 60;
    const { port } = await serve((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write('data: {"id":1,"result":{"content":"');
      let sent = 0;
      const more = () => {
        while (sent < COUNT) {
          sent += 1;
          if (!res.write(CHUNK)) return void res.once('drain', more);
        }
        res.end(`"}}\n\n${NEXT}`);
      };
      more();
    });
    const gateway = await startGateway({ ...FILTER, target: `http://127.0.0.1:${port}/` });
    const answer = await fetch(gateway.url, { headers: { accept: 'text/event-stream' } });
    let length = 0;
    let end = '';
    for await (const piece of answer.body ?? []) {
      length += piece.length;
      end = (end + Buffer.from(piece).toString('latin1')).slice(-NEXT.length);
    }
    expect(length).toBeGreaterThan(COUNT * MB);
    expect(end).toBe(NEXT);
    expect(gateway.errors).toEqual([]);
  });
});

test('filterLists: a list in JSON that is too long is an error with the id', async () => {
  const body = result(`"tools":[${HIDDEN}],"x":"${PADDING}"`);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const { gateway } = await filtering(head + body);
  const got = await send(gateway.port, { body: TOOLS_LIST });
  expect(got.status).toBe(502);
  expect(got.body).toMatch(/^\{"jsonrpc":"2\.0","id":1,"error"/);
});

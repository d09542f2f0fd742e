import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { valuesOf } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { call } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';
import { events, filtered, notHidden, result, TOOLS_LIST, tools } from './support/filtered.ts';

const BEFORE = tools('a', 'hidden', 'b');
const BEHIND = tools('a', 'b');
const PROGRESS = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}';

const of = async (stream: string | Buffer, body: string = TOOLS_LIST) =>
  (await filtered(events(stream), { body })).body;

const got = async (stream: string) => (await filtered(events(stream), { method: 'GET' })).body;

describe('filterLists: event streams', () => {
  test.each<[string, string, string]>([
    ['an event', `data: ${BEFORE}\n\n`, `data: ${BEHIND}\n\n`],
    ['without a space', `data:${BEFORE}\n\n`, `data:${BEHIND}\n\n`],
    ['CRLF', `id: 1\r\ndata: ${BEFORE}\r\n\r\n`, `id: 1\r\ndata: ${BEHIND}\r\n\r\n`],
    ['CR', `data: ${BEFORE}\rid: 1\r\r`, `data: ${BEHIND}\rid: 1\r\r`],
    ['mixed line ends', `id\r:c\r\ndata: ${BEFORE}\n\r`, `id\r:c\r\ndata: ${BEHIND}\n\r`],
    ['a byte order mark', `\ufeffdata: ${BEFORE}\n\n`, `\ufeffdata: ${BEHIND}\n\n`],
    [
      'other fields',
      `event: message\nid: 1\nretry: 5\n:c\nx: ${BEFORE}\ndata: ${BEFORE}\n\n`,
      `event: message\nid: 1\nretry: 5\n:c\nx: ${BEFORE}\ndata: ${BEHIND}\n\n`,
    ],
    ['an event of another type', `event: x\ndata: ${BEFORE}\n\n`, `event: x\ndata: ${BEHIND}\n\n`],
    [
      'behind notifications',
      `:\n\ndata: ${PROGRESS}\n\nid: 1\ndata:\n\ndata: ${BEFORE}\n\n`,
      `:\n\ndata: ${PROGRESS}\n\nid: 1\ndata:\n\ndata: ${BEHIND}\n\n`,
    ],
    [
      'more than one',
      `data: ${BEFORE}\n\ndata: ${PROGRESS}\n\ndata: ${BEFORE}\n\n`,
      `data: ${BEHIND}\n\ndata: ${PROGRESS}\n\ndata: ${BEHIND}\n\n`,
    ],
    ['a batch', `data: [${PROGRESS},${BEFORE}]\n\n`, `data: [${PROGRESS},${BEHIND}]\n\n`],
    ['without its end', `data: ${BEFORE}`, `data: ${BEHIND}`],
    ['a blank line behind the end', `data: ${BEFORE}\n\n\n\n`, `data: ${BEHIND}\n\n\n\n`],
    [
      'one that was public',
      `data: ${result('"cacheScope":"public","tools":[{"name":"hidden"}]')}\n\n`,
      `data: ${result('"cacheScope":"private","tools":[]')}\n\n`,
    ],
  ])('%s', async (_what, before, behind) => {
    expect(await of(before)).toBe(behind);
    expect(await got(before)).toBe(behind);
  });

  test.each<[string, string, string]>([
    [
      'between items',
      'data: {"result":{"tools":[\ndata: {"name":"hidden"},\ndata: {"name":"a"}]}}\n\n',
      'data: {"result":{"tools":[\ndata: \ndata: {"name":"a"}]}}\n\n',
    ],
    [
      'within an item, with another field there',
      'data: {"result":{"tools":[{"name":"a"},{\r\nid: 1\r\ndata: "name":\r\ndata:"hidden"}],"x":1}}\r\n\r\n',
      'data: {"result":{"tools":[{"name":"a"}\r\nid: 1\r\ndata: \r\ndata:],"x":1}}\r\n\r\n',
    ],
    [
      'before two that are cut in one line',
      'data: {"result":{"cacheScope":"public",\ndata: "tools":[{"name":"a"},{"name":"hidden"},{"name":"b"},{"name":"hidden"}]}}\n\n',
      'data: {"result":{"cacheScope":"private",\ndata: "tools":[{"name":"a"},{"name":"b"}]}}\n\n',
    ],
  ])('data of several lines: a break %s', async (_where, before, behind) => {
    expect(await of(before)).toBe(behind);
    const data = behind.split(/[\r\n]+/).flatMap((line) => /^data: ?(.*)/.exec(line)?.[1] ?? []);
    expect(() => JSON.parse(data.join('\n'))).not.toThrow();
  });

  test.each([
    ['no message', 'data: ping\n\nevent: endpoint\ndata: /messages?{\n\n:c\n\nretry: 1\n\n'],
    [
      'a request of the server',
      `data: {"id":1,"method":"a","params":{"tools":[{"name":"hidden"}]}}\n\n`,
    ],
    ['a result with other lists', `data: ${result('"content":[{"name":"hidden"}]')}\n\n`],
    [
      'what is as much a list as not',
      `data: ${result('"tools":["hidden"],"prompts":{"a":1},"resources":null')}\n\n`,
    ],
    ['nothing', ''],
  ])('as it was: %s', async (_what, stream) => {
    expect(await got(stream)).toBe(stream);
  });

  test('the stream of a call is as it was, whatever is in it', async () => {
    const stream = `data: ${BEFORE}\n\ndata: {"result":{"tools\n\n\xff`;
    expect(await of(stream, call('a'))).toBe(stream);
  });

  test('GET, resumed as well: what is hidden cannot be read by asking again', async () => {
    const fields = ['Last-Event-ID: 1', 'Mcp-Session-Id: s'];
    const answer = await filtered(events(`id: 2\ndata: ${BEFORE}\n\n`), {
      method: 'GET',
      headers: fields,
    });
    expect(answer.body).toBe(`id: 2\ndata: ${BEHIND}\n\n`);
  });

  test('its length is not that of the upstream', async () => {
    const body = `data: ${BEFORE}\n\n`;
    const head = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nETag: "1"\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answer = await filtered(head + body);
    expect(answer).toMatchObject({ framing: 'chunked', complete: true });
    expect(answer.body).toBe(`data: ${BEHIND}\n\n`);
    expect(valuesOf(answer, 'etag')).toEqual([]);
  });
});

describe('filterLists: as it comes', () => {
  const STREAMS: [string, string, string][] = ['\n', '\r\n', '\r'].map((end) => {
    const around = (list: string) =>
      [
        `\ufeffid: 1`,
        'data:',
        '',
        `:\u00fc`,
        `data: ${PROGRESS}`,
        '',
        `data: ${list}`,
        'id: \u{1f600}',
        '',
        '',
      ].join(end);
    return [JSON.stringify(end), around(tools('a', 'hidden\u79d8', 'b')), around(BEHIND)];
  });

  test.each(STREAMS)('byte by byte, lines with %s', async (_end, before, behind) => {
    const { port } = await serve((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const bytes = [...Buffer.from(before)];
      const next = () => {
        const byte = bytes.shift();
        if (byte === undefined) res.end();
        else res.write(Buffer.from([byte]), () => setImmediate(next));
      };
      next();
    });
    const target = `http://127.0.0.1:${port}/`;
    const gateway = await startGateway({ target, policies: notHidden, filterLists: true });
    const answer = await send(gateway.port, { body: TOOLS_LIST });
    expect(answer.body).toBe(behind);
  });

  test.each(STREAMS)('in two parts, wherever cut, lines with %s', async (_end, before, behind) => {
    const bytes = Buffer.from(before);
    let cut = 0;
    const { port } = await serve((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write(bytes.subarray(0, cut), () => setImmediate(() => res.end(bytes.subarray(cut))));
    });
    const target = `http://127.0.0.1:${port}/`;
    const gateway = await startGateway({ target, policies: notHidden, filterLists: true });
    for (cut = 1; cut < bytes.length; cut++) {
      const answer = await fetch(gateway.url, { headers: { accept: 'text/event-stream' } });
      expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe(behind);
    }
  });

  test.each(['\n\n', '\r\r', '\r\n\r\n'])('no event waits for the next one: %j', async (end) => {
    const upstream = await rawUpstream();
    const gateway = await startGateway({
      target: upstream.target,
      policies: notHidden,
      filterLists: true,
      heartbeat: false,
    });
    const client = await rawClient(gateway.port);
    client.send('GET /mcp HTTP/1.0\r\n\r\n');
    const { socket } = await upstream.connection(0);
    socket.write('HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
    socket.write(`data: ${PROGRESS}${end}data: {"a"`);
    const text = await client.has(new RegExp(`progress":1\\}\\}${end}$`));
    expect(text.endsWith(`data: ${PROGRESS}${end}`)).toBe(true);
    // The event that has begun is held: nobody knows yet what it is.
    socket.write(`:1}${end}`);
    await client.has(new RegExp(`data: \\{"a":1\\}${end}$`));
    socket.destroy();
    await client.closed();
  });
});

test('filterLists: lists of the older transport come over its stream', async () => {
  const { port } = await serve(async (req, res) => {
    req.resume();
    await once(req, 'end');
    if (req.method === 'POST') {
      res.writeHead(202).end('Accepted');
      return;
    }
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write('event: endpoint\ndata: /messages?s=1\n\nevent: mess');
    setImmediate(() => res.end(`age\ndata: ${BEFORE}\n\n`));
  });
  const gateway = await startGateway({
    target: `http://127.0.0.1:${port}/mcp`,
    legacySse: { path: '/sse', messagePath: '/messages' },
    policies: notHidden,
    filterLists: true,
  });
  const at = gateway.url.replace('/mcp', '');
  const stream = await fetch(`${at}/sse`);
  expect(await stream.text()).toBe(
    `event: endpoint\ndata: /messages?s=1\n\nevent: message\ndata: ${BEHIND}\n\n`,
  );
  const posted = await fetch(`${at}/messages?s=1`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: TOOLS_LIST,
  });
  expect([posted.status, await posted.text()]).toEqual([202, 'Accepted']);
});

import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { toolPinning } from '../../src/exports/pinning.ts';
import { denyTools } from '../../src/index.ts';
import { answerOf, valuesOf } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { message } from '../support/messages.ts';
import { listenOn } from '../support/servers.ts';
import { listed, respond, tool, toolServer } from '../support/tool-server.ts';
import { rawUpstream } from '../support/upstream.ts';
import { pinned } from './support/pinned.ts';

/** The first byte of what is encoded so. */
const GZIP = 0x1f;

const EVIL = tool('a', '"description":"evil"');

describe('toolPinning: of an answer no byte is changed', () => {
  test.each<[string, string, string]>([
    ['JSON', 'application/json', ` ${listed([tool('a'), EVIL], 1, ',"cacheScope":"public"')}\r\n`],
    ['no JSON', 'application/json', '<html>"tool"'],
    ['nothing', 'application/json', ''],
    ['events', 'text/event-stream', `:\r\n\r\nid: 1\rdata: ${listed([EVIL])}\r\rdata: {"a`],
    ['events that nobody can read', 'text/event-stream', 'data: {"result":{"tools":[1,{}]}}\n\nx'],
    ['text', 'text/plain', listed([EVIL])],
  ])('%s', async (_what, type, body) => {
    const server = await toolServer(tool('a'));
    const headers = {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(body),
      ETag: '"1"',
    };
    server.list = (res) => res.writeHead(200, headers).end(body);
    const { list } = await pinned(server.target);
    const answer = await list();
    expect(answer).toMatchObject({ status: 200, body, framing: 'length', complete: true });
    expect(valuesOf(answer, 'etag')).toEqual(['"1"']);
  });

  test('an event goes on as soon as it is whole', async () => {
    const upstream = await rawUpstream();
    const { port, states } = await pinned(upstream.target, {}, { heartbeat: false });
    const client = await rawClient(port);
    client.send(rawRequest({ method: 'GET', version: '1.0' }));
    const { socket } = await upstream.connection(0);
    socket.write('HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
    await client.has(/\r\n\r\n$/);
    socket.write(`data: ${listed([tool('a')])}\n\ndata: {`);
    await client.has(/\]\}\}\n\n$/);
    expect(states()).toEqual({ a: 'pinned' });
    socket.destroy();
    await client.closed();
  });

  test('a JSON text goes on as it comes, but for its last piece', async () => {
    const upstream = await rawUpstream();
    const { port, states } = await pinned(upstream.target);
    const client = await rawClient(port);
    client.send(rawRequest({ body: message('tools/list'), version: '1.0' }));
    const { socket } = await upstream.connection(0);
    socket.write('HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n');
    await client.has(/\r\n\r\n$/);
    const text = listed([tool('a')]);
    // More than Node reads at once.
    socket.write(' '.repeat(256 * 1024));
    await client.has(/ {1000}/);
    socket.write(text);
    socket.end();
    await client.closed();
    expect(client.text.endsWith(text)).toBe(true);
    expect(states()).toEqual({ a: 'pinned' });
  });

  test('the upstream is asked not to encode any answer, for a list may be in it', async () => {
    const server = await toolServer(tool('a'));
    const { list, call, port } = await pinned(server.target);
    const headers = { 'Accept-Encoding': 'gzip' };
    await list(undefined, { headers });
    await call('a', { headers });
    await send(port, { method: 'GET', headers });
    expect(server.seen.map((request) => request.headers['accept-encoding'])).toEqual([
      'identity',
      'identity',
      'identity',
    ]);
  });
});

describe('toolPinning: a list that goes to a client unread', () => {
  const long = ' '.repeat(5 * 1024 * 1024);
  test.each<[string, string, string | Buffer]>([
    ['is encoded', 'application/json', gzipSync(listed([EVIL]))],
    ['is encoded, events', 'text/event-stream', gzipSync(`data: ${listed([EVIL])}\n\n`)],
    ['is of two types', 'application/json, text/event-stream', listed([EVIL])],
    ['is too long', 'application/json', `${listed([EVIL])}${long}`],
    [
      'is too long, behind other members',
      'application/json',
      `{"x":"${long}",${listed([EVIL]).slice(1)}`,
    ],
    ['is too long, in an event', 'text/event-stream', `data: ${listed([EVIL])}${long}\n\n`],
    [
      'is too long, and written with escapes',
      'application/json',
      `${listed([EVIL]).replace('"tools"', '"\\u0074ools"')}${long}`,
    ],
    [
      'is no UTF-8',
      'application/json',
      Buffer.from(listed([tool('a', '"title":"\xff"')]), 'latin1'),
    ],
    ['has a byte order mark', 'application/json', `\ufeff${listed([EVIL])}`],
    ['is in UTF-16', 'application/json', Buffer.from(listed([EVIL]), 'utf16le')],
    [
      'names another charset',
      'application/json; charset="utf-7"',
      listed([EVIL]).replaceAll('"', '+ACI-'),
    ],
    [
      'names another charset, for events',
      'text/event-stream; charset=utf-8; Charset*=utf-16',
      Buffer.from(`data: ${listed([EVIL])}\n\n`, 'utf16le'),
    ],
    [
      'has two lists, in an event whose type is read as message in Go',
      'text/event-stream',
      `event: message \ndata: {"result":{"tools":[],"tools":[${EVIL}]}}\n\n`,
    ],
    [
      'has two lists, in an event whose type is not there in Go',
      'text/event-stream',
      `id: 1\revent: ping\ndata: {"result":{"tools":[],"tools":[${EVIL}]}}\n\n`,
    ],
    [
      'is in a comment, but not for readers in Python',
      'text/event-stream',
      `: \u2028data: ${listed([EVIL])}\n\n`,
    ],
    ['has two lists', 'application/json', `{"result":{"tools":[],"tools":[${EVIL}]}}`],
    ['has two spellings', 'application/json', `{"result":{"Tools":[${EVIL}],"tools":[]}}`],
    ['has a long s', 'application/json', `{"result":{"tool\u017f":[${EVIL}]}}`],
    ['has another spelling of a name', 'application/json', listed(['{"Name":"a","name":"b"}'])],
    ['has something else than tools', 'application/json', listed([EVIL, '1'])],
    [
      'is nested too deeply',
      'application/json',
      `{"x":${'['.repeat(300)}${']'.repeat(300)},${listed([EVIL]).slice(1)}`,
    ],
  ])('%s: no tool may be called until a list has come whole', async (_what, type, body) => {
    const server = await toolServer(tool('a'), tool('b'));
    const { list, call, gateway, errors } = await pinned(server.target);
    await list();
    server.list = (res) => {
      const coding = body[0] === GZIP ? { 'Content-Encoding': 'gzip' } : {};
      res.writeHead(200, { 'Content-Type': type, ...coding });
      res.end(body);
    };
    expect((await list()).status).toBe(200);
    expect(errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
    expect(gateway.pins().map(({ state, seen }) => [state, seen])).toEqual([
      ['changed', undefined],
      ['changed', undefined],
    ]);
    // One that nobody knows may have been in it.
    for (const name of ['a', 'b', 'c']) expect([name, await call(name)]).toEqual([name, 403]);
    await expect(gateway.approve('a')).rejects.toThrow(RangeError);
    server.list = undefined;
    await list();
    for (const name of ['a', 'b', 'c']) expect([name, await call(name)]).toEqual([name, 200]);
  });

  test.each<[string, number, string, string]>([
    [
      'an error',
      200,
      'application/json',
      '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}',
    ],
    ['an answer that has failed', 500, 'application/json', `{"tools":[1]}{`],
    ['a page', 502, 'text/html', '<p>"tools"</p>'],
    [
      'a long result of a call',
      200,
      'text/event-stream',
      `data: {"id":2,"result":{"content":[{"text":"{\\"tools\\":1} ${long}"}]}}\n\n`,
    ],
    [
      'an answer in latin1 without letters of it',
      200,
      'application/json; charset=ISO-8859-1',
      '{}',
    ],
    ['an event of another type', 200, 'text/event-stream', 'event: ping\ndata: {"tools":[1]}x\n\n'],
  ])('is none: %s', async (_what, status, type, body) => {
    const server = await toolServer(tool('a'));
    const { list, call } = await pinned(server.target);
    await list();
    server.list = (res) => res.writeHead(status, { 'Content-Type': type }).end(body);
    await list();
    expect(await call('a')).toBe(200);
  });

  test('one that breaks off decides nothing', async () => {
    const server = await toolServer(tool('a'));
    const { port, list, call } = await pinned(server.target);
    await list();
    server.list = (res) => {
      res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 });
      res.write(listed([EVIL]), () => res.destroy());
    };
    const client = await rawClient(port);
    client.send(rawRequest({ body: message('tools/list') }));
    await client.closed();
    expect(await call('a')).toBe(200);
  });
});

describe('toolPinning: a list in the answer to another request', () => {
  test.each([
    ['in JSON', 'application/json', `[{"id":2,"result":{}},${listed([EVIL])}]`],
    [
      'in an event',
      'text/event-stream',
      `data: {"id":2,"result":{}}\n\ndata: ${listed([EVIL])}\n\n`,
    ],
    [
      'written with escapes',
      'application/json',
      listed([EVIL]).replace('"tools"', '"t\\u006fols"'),
    ],
    ['that nobody can read', 'application/json', listed([EVIL, '1'])],
    [
      'that nobody can read, in an event',
      'text/event-stream',
      `data: {"result":{"tools":[],"tools":[1]}}\n\n`,
    ],
    ['that is encoded', 'application/json', gzipSync(listed([EVIL]))],
  ])('%s, counts as well: clients would take it', async (_what, type, body) => {
    const server = await toolServer(tool('a'));
    const { list, call, port } = await pinned(server.target);
    await list();
    server.other = (res) => {
      const coding = body[0] === GZIP ? { 'Content-Encoding': 'gzip' } : {};
      res.writeHead(200, { 'Content-Type': type, ...coding }).end(body);
    };
    expect((await send(port, { body: message('ping') })).status).toBe(200);
    expect(await call('a')).toBe(403);
  });

  test('a result that holds the word is none', async () => {
    const server = await toolServer(tool('a'));
    const { list, call, port } = await pinned(server.target);
    await list();
    for (const content of [
      '"structuredContent":{"tools":[{"name":"a","x":1,"x":2}]}',
      '"content":[{"type":"text","text":"\\u0022tools\\u0022 {\\"tools\\":[1,{}]}"}]',
      '"tools":{"a":1},"structuredContent":{}',
      '"tools":["a"]',
    ]) {
      const text = `{"jsonrpc":"2.0","id":1,"result":{${content}}}`;
      for (const form of ['json', 'events'] as const) {
        server.other = (res) => respond(res, form, text);
        expect((await send(port, { body: message('ping') })).body).toContain(text);
        expect([content, await call('a')]).toEqual([content, 200]);
      }
    }
  });
});

describe('toolPinning: lists on the stream of a GET', () => {
  test('what is sent there anew counts, and belongs to the request that it answers', async () => {
    const server = createServer((req, res) => {
      if (req.method === 'GET') {
        res.writeHead(200, { 'Content-Type': 'text/event-stream' });
        res.end(`id: 2\ndata: ${listed([tool('b')], 7)}\n\ndata: ${listed([EVIL], 9)}\n\n`);
        return;
      }
      req.resume().on('end', () => respond(res, 'json', listed([tool('a'), tool('b')], 1)));
    });
    const port = await listenOn(server);
    const { list, port: gatewayPort, states } = await pinned(`http://127.0.0.1:${port}/mcp`);
    const headers = { 'Mcp-Session-Id': 's' };
    await list(undefined, { headers, body: message('tools/list') });
    expect(states()).toEqual({ a: 'pinned', b: 'pinned' });
    // Its answer is lost, and comes again on the stream.
    await list(undefined, { headers, body: message('tools/list', undefined, '7') });
    await send(gatewayPort, { method: 'GET', headers: { ...headers, 'Last-Event-ID': '1' } });
    // 7 was the whole list; nobody asked for 9.
    expect(states()).toEqual({ a: 'changed', b: 'pinned' });
  });

  test('over the older transport', async () => {
    let stream: import('node:http').ServerResponse | undefined;
    let tools = [tool('a'), tool('b')];
    const server = createServer((req, res) => {
      if (req.method === 'GET') {
        stream = res.writeHead(200, { 'Content-Type': 'text/event-stream' });
        res.write('event: endpoint\ndata: /messages?session=1\n\n');
        return;
      }
      let body = '';
      req.on('data', (chunk) => {
        body += chunk;
      });
      req.on('end', () => {
        const { id, method } = JSON.parse(body);
        const text = method === 'tools/list' ? listed(tools, id) : `{"id":${id},"result":{}}`;
        stream?.write(`event: message\ndata: ${text}\n\n`);
        res.writeHead(202).end();
      });
    });
    const port = await listenOn(server);
    const {
      port: gatewayPort,
      states,
      reports,
    } = await pinned(
      `http://127.0.0.1:${port}/mcp`,
      {},
      { legacySse: { path: '/sse', messagePath: '/messages' }, heartbeat: false },
    );
    const client = await rawClient(gatewayPort);
    client.send(rawRequest({ method: 'GET', path: '/sse', version: '1.0' }));
    await client.has(/data: \/messages\?session=1\n\n/);
    const post = (id: string) =>
      send(gatewayPort, {
        path: '/messages?session=1',
        body: message('tools/list', undefined, id),
      });
    await post('1');
    await client.has(/"id":1,.*\n\n$/);
    expect(states()).toEqual({ a: 'pinned', b: 'pinned' });
    tools = [EVIL];
    await post('2');
    await client.has(/"id":2,.*\n\n$/);
    expect(states()).toEqual({ a: 'changed', b: 'gone' });
    expect(reports).toEqual(['tool "a" has changed: description', 'tool "b" is gone']);
    const { body } = answerOf(client, 'GET');
    expect(body).toContain(EVIL);
  });
});

test('toolPinning and filterLists: one reads for both, and what is refused is not shown', async () => {
  const server = await toolServer(tool('a'), tool('b'), tool('hidden'));
  const policies = [denyTools('hidden'), toolPinning()];
  for (const form of ['json', 'events'] as const) {
    server.form = form;
    const { list, states } = await pinned(server.target, {}, { policies, filterLists: true });
    expect((await list()).body).toContain(listed([tool('a'), tool('b')]));
    server.tools = [tool('a', '"title":"other"'), tool('b'), tool('hidden')];
    expect((await list()).body).toContain(listed([tool('b')]));
    expect(states()).toEqual({ a: 'changed', b: 'pinned', hidden: 'pinned' });
    server.tools = [tool('a'), tool('b'), tool('hidden')];
    expect((await list()).body).toContain(listed([tool('a'), tool('b')]));
  }
});

test('toolPinning and filterLists: a list that cannot be read does not reach the client, and decides nothing', async () => {
  const server = await toolServer(tool('a'));
  const { list, call } = await pinned(
    server.target,
    {},
    {
      policies: toolPinning(),
      filterLists: true,
    },
  );
  await list();
  server.list = (res) => respond(res, 'json', listed([EVIL, '1']));
  expect((await list()).status).toBe(502);
  server.list = (res) => respond(res, 'events', listed([EVIL, '1']));
  expect((await list()).body).toContain('upstream_invalid');
  expect(await call('a')).toBe(200);
});

import { describe, expect, test } from '@jest/globals';
import type { Answer } from '../support/client/answer.ts';
import { readAnswer } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { rawUpstream } from '../support/upstream.ts';
import {
  answer,
  events,
  FILTER,
  filtering,
  result,
  TOOLS_LIST,
  tools,
} from './support/filtered.ts';

const HIDDEN = '{"name":"hidden"}';
const MB = 1024 * 1024;

/** The event in the place of one that cannot be read. */
const REPLACED =
  /^event: message\ndata: \{"jsonrpc":"2\.0","id":1,"error":\{"code":502,[^\n]*"upstream_invalid"\}\}\}\n\n$/;

const eventOf = (data: string | Buffer) =>
  events(Buffer.concat([Buffer.from('data: '), Buffer.from(data), Buffer.from('\n\n')]));

/** What two readers could understand differently, or nobody can. */
const UNREADABLE: [string, string | Buffer][] = [
  ['no JSON', `{"result":{"tools":[${HIDDEN}]}`],
  ['two documents', `${tools('a')}${tools('hidden')}`],
  ['something behind', `${tools('a')}x`],
  ['a byte order mark', `\ufeff${tools('hidden')}`],
  ['UTF-16', Buffer.from(tools('hidden'), 'utf16le')],
  ['bytes that are not UTF-8', Buffer.from(tools('hidden\u00ff'), 'latin1')],
  ['a result twice', `{"result":{"tools":[]},"result":{"tools":[${HIDDEN}]}}`],
  ['a list twice', result(`"tools":[],"tools":[${HIDDEN}]`)],
  ['a list twice, escaped', result(`"tools":[${HIDDEN}],"t\\u006fols":[]`)],
  ['a name twice', result('"tools":[{"name":"hidden","name":"a"}]')],
  ['a scope twice', result('"tools":[],"cacheScope":"private","cacheScope":"public"')],
  ['a result in capitals', `{"Result":{"tools":[${HIDDEN}]}}`],
  ['a list in capitals', result(`"Tools":[${HIDDEN}]`)],
  ['a list with a long s', result(`"tool\u017f":[${HIDDEN}]`)],
  ['a name in capitals', result('"tools":[{"name":"a","Name":"hidden"}]')],
  ['an item without a name', result('"tools":[{"title":"hidden"}]')],
  ['a name that is no text', result('"tools":[{"name":["hidden"]}]')],
  ['an item that is no object', result(`"tools":[[${HIDDEN}],{"name":"a"}]`)],
  ['items that are texts', result('"tools":["hidden"]')],
  ['a list that is an object', result(`"tools":{"0":${HIDDEN}}`)],
  ['a list that is a text', result('"tools":"hidden"')],
  ['one of a batch', `[${tools('a')},${result('"tools":[{}]', '2')}]`],
  ['other items without a name', result('"prompts":[{"name":"a"},{"title":"hidden"}]')],
  [
    'more than 256 levels',
    result(`"_meta":${'['.repeat(300)}${']'.repeat(300)},"tools":[${HIDDEN}]`),
  ],
  [
    'too many members',
    result(`${Array.from({ length: 1_001 }, (_, i) => `"m${i}":1,`).join('')}"tools":[${HIDDEN}]`),
  ],
  ['over 4 MB', result(`"tools":[${HIDDEN}],"x":"${'x'.repeat(4 * MB)}"`)],
];

describe('filterLists: what cannot be read is not passed', () => {
  test.each(UNREADABLE)('as JSON: %s', async (_what, body) => {
    const { gateway } = await filtering(answer(body));
    const got = await send(gateway.port, { body: TOOLS_LIST });
    expect(got.body).not.toContain('hidden');
    expectAnswered(got, gateway);
    expect(String(gateway.errors[0]?.cause)).not.toContain('hidden');
  });

  test.each(UNREADABLE)('as the first event: %s', async (_what, body) => {
    const { gateway } = await filtering(eventOf(body));
    const got = await send(gateway.port, { body: TOOLS_LIST });
    expect(got).toMatchObject({ status: 200, complete: true });
    expect(got.body).toMatch(REPLACED);
    expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
  });

  test.each(UNREADABLE)('as a later event: %s; the stream goes on', async (_what, body) => {
    const upstream = await rawUpstream();
    const gateway = await startGateway({ ...FILTER, target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(rawRequest({ body: TOOLS_LIST, version: '1.0' }));
    const { socket } = await upstream.connection(0);
    socket.write('HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
    socket.write(`data: ${tools('a')}\n\n`);
    await client.has(/"a"/);
    socket.write(Buffer.concat([Buffer.from('data: '), Buffer.from(body), Buffer.from('\n\n')]));
    socket.end(`data: ${tools('b')}\n\n`);
    expect(await client.closed()).not.toContain('hidden');
    const [first, error, last] = readAnswer(client)?.body.split('\n\n') ?? [];
    expect([first, last]).toEqual([`data: ${tools('a')}`, `data: ${tools('b')}`]);
    expect(`${error}\n\n`).toMatch(REPLACED);
    expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
  });

  test('on a stream, what is read as one message is judged as one', async () => {
    const parts = `{"result":{"tools":[\ndata: ${HIDDEN}\ndata: ]}}\ndata: x`;
    const { gateway } = await filtering(eventOf(parts));
    const got = await send(gateway.port, { method: 'GET' });
    // Nobody can say which request it answers.
    expect(got).toMatchObject({ status: 200, complete: true, bytes: Buffer.alloc(0) });
    expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
  });

  test('an answer of just under 4 MB passes', async () => {
    const body = result(`"tools":[${HIDDEN}],"x":"${'x'.repeat(4 * MB - 100)}"`);
    const { gateway } = await filtering(answer(body));
    const got = await send(gateway.port, { body: TOOLS_LIST });
    expect(got.body === body.replace(HIDDEN, '')).toBe(true);
  });

  test.each<[string, string[]]>([
    ['gzip', ['Content-Type: application/json', 'Content-Encoding: gzip']],
    ['gzip of a stream', ['Content-Type: text/event-stream', 'Content-Encoding: gzip']],
    ['an unknown coding', ['Content-Type: application/json', 'Content-Encoding: x']],
    [
      'two codings',
      ['Content-Type: application/json', 'Content-Encoding: identity', 'Content-Encoding: br'],
    ],
    ['UTF-7', ['Content-Type: application/json; charset=utf-7']],
    ['a stream in UTF-16', ['Content-Type: text/event-stream; charset="utf-16"']],
    ['both types', ['Content-Type: application/json', 'Content-Type: text/event-stream']],
    ['the other way round', ['Content-Type: text/event-stream', 'Content-Type: application/json']],
    ['another type first', ['Content-Type: text/plain', 'Content-Type: text/event-stream']],
    ['one type within the other', ['Content-Type: text/event-stream; x="application/json"']],
    ['a stream in a parameter', ['Content-Type: text/plain; x=text/event-stream']],
  ])('by its head: %s', async (_what, fields) => {
    const { gateway } = await filtering(answer(tools('hidden'), fields));
    expectAnswered(await send(gateway.port, { body: TOOLS_LIST }), gateway);
  });

  test.each<[string, string[]]>([
    ['no type', []],
    ['another type first', ['Content-Type: text/plain', 'Content-Type: application/json']],
    ['JSON in a parameter', ['Content-Type: text/plain; x=application/json']],
    ['capitals', ['Content-Type: APPLICATION/JSON']],
    ['a type of its own', ['Content-Type: application/vnd.mcp+json']],
  ])('what some take for JSON is read as such: %s', async (_what, fields) => {
    const { gateway } = await filtering(answer(tools('a', 'hidden'), fields));
    expect((await send(gateway.port, { body: TOOLS_LIST })).body).toBe(tools('a'));
  });

  test.each(['400 Bad', '404 No', '500 No'])('with status %s as well', async (status) => {
    const { gateway } = await filtering(answer(tools('hidden'), undefined, status));
    const got = await send(gateway.port, { body: TOOLS_LIST });
    expect(got.status).toBe(Number(status.slice(0, 3)));
    expect(got.body).toBe(tools());
  });

  test('with another id as well', async () => {
    const { gateway } = await filtering(answer(tools('hidden').replace('"id":1', '"id":"2"')));
    const got = await send(gateway.port, { body: TOOLS_LIST });
    expect(got.body).toBe(tools().replace('"id":1', '"id":"2"'));
  });

  test('as the answer to a GET', async () => {
    const { gateway } = await filtering(answer(tools('hidden')));
    expect((await send(gateway.port, { method: 'GET' })).body).toBe(tools());
  });

  function expectAnswered(
    got: Answer,
    { errors }: { readonly errors: Parameters<typeof expectFailure>[2]['errors'] },
  ): void {
    // The request's id is known, as its body has been read.
    const body = got.body.replace('"id":1', '"id":null');
    expectFailure({ ...got, body }, 'upstream_invalid', { errors });
  }
});

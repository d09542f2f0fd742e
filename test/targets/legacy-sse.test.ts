import { expect, test } from '@jest/globals';
import { get, type Upstream, upstreamWith } from '../legacy-sse/support.ts';
import { rawClient } from '../support/client/raw.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { namedStream } from './legacy-streams.ts';
import { SharedStore, startRig } from './rig.ts';

const opening = (session: string, path = '/messages') => [
  `event: endpoint\ndata: ${path}?sessionId=${session}\n\n`,
];

const LEGACY = { legacySse: { path: '/sse', messagePath: '/messages' }, heartbeat: false } as const;

function start(all: readonly Upstream[], store = new SharedStore()) {
  const urls = all.map(({ port }) => ({ url: `http://127.0.0.1:${port}/mcp` }));
  return startRig(urls, { ...LEGACY, sessions: { store } });
}

const postsTo = ({ seen }: Upstream) => seen.filter((one) => one.startsWith('POST'));

test('messages go to the target of their stream, through each gateway on the store', async () => {
  const all = [await upstreamWith(opening('one')), await upstreamWith(opening('two'))];
  const store = new SharedStore();
  const [gateway, other] = [await start(all, store), await start(all.toReversed(), store)];
  // Two streams that are open go to two targets.
  const urls = [(await namedStream(gateway.port)).url, (await namedStream(gateway.port)).url];
  expect(urls.toSorted((a, b) => a.localeCompare(b))).toEqual([
    '/messages?sessionId=one',
    '/messages?sessionId=two',
  ]);
  for (const { port } of [gateway, other]) {
    for (const path of urls) expect((await send(port, { path })).status).toBe(202);
  }
  expect(all.map(postsTo)).toEqual([
    Array(2).fill('POST /messages?sessionId=one'),
    Array(2).fill('POST /messages?sessionId=two'),
  ]);
});

test('where each target announces a path of its own, a message finds both', async () => {
  const all = [
    await upstreamWith(opening('one', '/first/post')),
    await upstreamWith(opening('two', '/second/post')),
  ];
  const { port } = await start(all);
  for (const { url } of [await namedStream(port), await namedStream(port)]) {
    expect((await send(port, { path: url })).status).toBe(202);
  }
  expect(all.map(postsTo)).toEqual([
    ['POST /first/post?sessionId=one'],
    ['POST /second/post?sessionId=two'],
  ]);
});

test('a message that names no stream, or one that is not known, is 404 to all targets', async () => {
  const all = [await upstreamWith(opening('one')), await upstreamWith(opening('two'))];
  const { port } = await start(all);
  for (const path of ['/messages', '/messages?', '/messages?sessionId=unknown']) {
    const answer = await send(port, { path });
    expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
  }
  expect(all.flatMap(postsTo)).toEqual([]);
});

test('of two targets that name the same session only one has it, and the stream of the other ends', async () => {
  const all = [await upstreamWith(opening('1')), await upstreamWith(opening('1'))];
  const { port, errors } = await start(all);
  const { url } = await namedStream(port);
  const [home, other] = all[0]?.streams.length === 1 ? all : all.toReversed();
  const second = (await rawClient(port)).send(get('/sse'));
  await second.closed();
  expect(second.text).not.toContain('sessionId');
  expect(errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
  for (let i = 0; i < 4; i++) expect((await send(port, { path: url })).status).toBe(202);
  expect(postsTo(home as Upstream)).toHaveLength(4);
  expect(postsTo(other as Upstream)).toEqual([]);
});

test('a message that names sessions of two targets is 404 to both', async () => {
  const all = [await upstreamWith(opening('one')), await upstreamWith(opening('two'))];
  const { port } = await start(all);
  const [path, other] = [(await namedStream(port)).url, (await namedStream(port)).url];
  const naming = (url: string) => ({ 'Mcp-Session-Id': url.slice(url.indexOf('?')) });
  const answer = await send(port, { path, headers: naming(other) });
  expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
  expect(all.flatMap(postsTo)).toEqual([]);
  expect((await send(port, { path, headers: naming(path) })).status).toBe(202);
});

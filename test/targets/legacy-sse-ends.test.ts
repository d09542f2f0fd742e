import { expect, test } from '@jest/globals';
import { denyTools, type GatewayConfig } from '../../src/index.ts';
import { type Upstream, unchunked, upstreamWith } from '../legacy-sse/support.ts';
import { headerOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { serve } from '../support/servers.ts';
import { namedStream } from './legacy-streams.ts';
import { startRig } from './rig.ts';

const LEGACY = { legacySse: { path: '/sse', messagePath: '/messages' }, heartbeat: false } as const;

function start(all: readonly Pick<Upstream, 'port'>[], config: Partial<GatewayConfig> = {}) {
  const urls = all.map(({ port }) => ({ url: `http://127.0.0.1:${port}/mcp` }));
  return startRig(urls, { ...LEGACY, ...config });
}

const naming = (url: string) => upstreamWith([`event: endpoint\ndata: ${url}\n\n`]);
const postsTo = ({ seen }: Upstream) => seen.filter((one) => one.startsWith('POST'));

test('where the path names the session, a message goes to the target of its stream', async () => {
  const all = [await naming('/in/one'), await naming('/in/two')];
  const { port } = await start(all);
  for (const { url } of [await namedStream(port), await namedStream(port)]) {
    for (let i = 0; i < 3; i++) expect((await send(port, { path: url })).status).toBe(202);
  }
  expect(all.map(postsTo)).toEqual([Array(3).fill('POST /in/one'), Array(3).fill('POST /in/two')]);
});

test('where the path names the session, one that no stream named is 404', async () => {
  const all = [await naming('/in/one'), await naming('/in/two')];
  const { port } = await start(all);
  const { url } = await namedStream(port);
  for (const path of [`${url}x`, url.replace('mcp-endpoint=', 'mcp-endpoint=A')]) {
    const answer = await send(port, { path });
    expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
  }
  expect(all.flatMap(postsTo)).toEqual([]);
});

/** A server of the older transport that can be killed. */
async function mortal(name: string) {
  const posts: string[] = [];
  const { server, port } = await serve((req, res) => {
    res.on('error', () => {});
    if (req.method === 'POST') {
      posts.push(String(req.url));
      req.resume().on('end', () => res.writeHead(202).end());
      return;
    }
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write(`event: endpoint\ndata: /messages?sessionId=${name}\n\n`);
  });
  return {
    name,
    port,
    posts,
    kill() {
      server.close();
      server.closeAllConnections();
    },
  };
}

test('when the host of a stream dies, the stream ends, and its client begins anew at another', async () => {
  const all = [await mortal('one'), await mortal('two')] as const;
  const { port } = await start(all, { breaker: { failures: 2, openFor: '1h' } });
  const streams = [await namedStream(port), await namedStream(port)];
  const [dead, live] = all;
  const isAt = (name: string) => (stream: { url: string }) => stream.url.endsWith(name);
  const lost = streams.find(isAt(dead.name)) as (typeof streams)[number];
  const kept = streams.find(isAt(live.name)) as (typeof streams)[number];
  dead.kill();
  await lost.client.closed();

  // Whether it is gone is known once its breaker has opened.
  const statuses: number[] = [];
  for (let i = 0; i < 3; i++) statuses.push((await send(port, { path: lost.url })).status);
  expect(statuses.at(-1)).toBe(404);
  expect(statuses.slice(0, -1).every((status) => status === 502 || status === 404)).toBe(true);
  expect(dead.posts).toEqual([]);

  expect((await send(port, { path: kept.url })).status).toBe(202);
  expect(kept.client.ending).toBeUndefined();
  const next = await namedStream(port);
  expect(next.url).toBe(`/messages?sessionId=${live.name}`);
});

test('a refusal comes on the stream of its session, and no target hears of the message', async () => {
  const all = [await naming('/messages?sessionId=1'), await naming('/messages?sessionId=2')];
  const { port } = await start(all, { denyAs: 'jsonrpc', policies: denyTools('delete_*') });
  const streams = [await namedStream(port), await namedStream(port)];
  for (const [i, { url }] of streams.entries()) {
    const body = `{"jsonrpc":"2.0","id":${i},"method":"tools/call","params":{"name":"delete_all"}}`;
    const answer = await send(port, { path: url, body });
    expect([answer.status, headerOf(answer, 'content-type')]).toEqual([202, undefined]);
  }
  for (const [i, { client }] of streams.entries()) {
    await client.has(/"policy_denied".*\n\n/);
    const errors = [...unchunked(client.text).matchAll(/"id":(\d+),"error"/g)];
    expect(errors.map(([, id]) => Number(id))).toEqual([i]);
  }
  expect(all.flatMap(postsTo)).toEqual([]);
});

import { expect, test } from '@jest/globals';
import { atTestEnd } from '../support/servers.ts';
import { base } from './support/base.ts';
import { checkKeys, type Expectations, type Step } from './support/play/expectations.ts';
import { faultsOf } from './support/play/judge.ts';
import { play } from './support/play/play.ts';
import { Stage } from './support/play/stage.ts';
import { start } from './support/start.ts';

const SEND = {
  method: 'POST',
  path: '/mcp',
  body: '{"jsonrpc":"2.0","id":2,"method":"tools/list"}',
};
const INITIALIZE = { ...SEND, body: '{"jsonrpc":"2.0","id":1,"method":"initialize"}' };

function documentOf(steps: readonly Step[]): Expectations {
  return { config: 'a.json', outcome: 'runs', why: 'a', messages: [], steps };
}

/** What is wrong with steps that are done with a document that does nothing but relay. */
async function faults(...steps: readonly Omit<Step, 'name'>[]): Promise<string[]> {
  const stage = await Stage.open();
  atTestEnd(() => stage.close());
  const { port } = await start(stage.fill(JSON.stringify(base('http://upstream.test:8080'))));
  const document = documentOf(steps.map((step, i) => ({ name: `${i}`, ...step })));
  checkKeys(document);
  const played = await play(document, stage, port);
  return played.flatMap((step) => faultsOf(step, stage.madeAt));
}

test('what is as it has to be has no faults', async () => {
  const all = await faults(
    { send: INITIALIZE, remember: 'sessions', repeat: 2, expect: { status: 200 } },
    {
      send: { ...SEND, headers: { 'mcp-session-id': '{{item}}' } },
      forEach: 'sessions',
      expect: { statusCounts: { 200: 2 }, sameUpstreamAs: 'sessions', upstreamsSeen: 1 },
    },
    { send: SEND, upstream: { stream: 2 }, expect: { status: 200, firstEventBeforeMs: 10_000 } },
  );
  expect(all).toEqual([]);
});

test.each<[what: string, step: Omit<Step, 'name' | 'send'>, fault: RegExp]>([
  ['another status', { expect: { status: 201 } }, /200 instead of 201/],
  ['none of the statuses', { expect: { status: { oneOf: [401, 403] } } }, /401 or 403/],
  ['a header that is there', { expect: { headers: { 'content-type': null } } }, /content-type/],
  ['a header that is not', { expect: { headers: { 'x-a': { match: '.' } } } }, /undefined/],
  ['another value', { expect: { headers: { 'content-type': 'text/plain' } } }, /text\/plain/],
  [
    'a value that must not be',
    { expect: { headers: { 'content-type': { notMatch: 'json' } } } },
    /notMatch/,
  ],
  ['a request upstream', { expect: { upstream: { count: 0 } } }, /1 requests upstream, not 0/],
  ['another path', { expect: { upstream: { path: '/other' } } }, /\/mcp upstream/],
  ['another method', { expect: { upstream: { method: 'GET' } } }, /POST upstream/],
  ['a header upstream', { expect: { upstream: { headers: { via: null } } } }, /what arrives/],
  ['other counts', { repeat: 2, expect: { statusCounts: { 200: 1 } } }, /"200":2/],
  ['another number of upstreams', { expect: { upstreamsSeen: 2 } }, /1 upstreams/],
  ['no session', { expect: { sameUpstreamAs: true } }, /no session of an upstream/],
  ['no event', { expect: { firstEventBeforeMs: 10_000 } }, /first event after Infinity/],
  ['no answer', { upstream: { reset: 'body' }, expect: {} }, /there was no answer/],
  ['a server that is gone', { stop: 'upstream', expect: { status: 200 } }, /502 instead of 200/],
])('%s is a fault', async (_what, step, fault) => {
  const all = await faults({ send: SEND, ...step });
  expect(all).toEqual([expect.stringMatching(fault)]);
});

test('a session at another upstream than its own is a fault', () => {
  const answer = { status: 200, error: undefined, headers: {}, body: '', firstEventMs: undefined };
  const sent = { method: 'POST', path: '/mcp', headers: { 'mcp-session-id': 's' }, body: '' };
  const arrived = [{ upstream: 1, method: 'POST', path: '/mcp', headers: {} }];
  const played = {
    step: { name: 'a', expect: { sameUpstreamAs: 'sessions' } },
    exchanges: [{ sent, answer, arrived }],
    lists: new Map([['sessions', ['s']]]),
  };
  expect(faultsOf(played, new Map([['s', 0]]))).toEqual(['a: a session of upstream 0 at 1']);
  expect(faultsOf(played, new Map([['s', 1]]))).toEqual([]);
});

test('what nothing reads is refused', () => {
  const wrong = { name: 'a', send: SEND, expects: { status: 200 } } as unknown as Step;
  expect(() => checkKeys(documentOf([wrong]))).toThrow(/step of "a" has expects/);
  const typo = { name: 'a', send: SEND, expect: { statuses: 200 } } as unknown as Step;
  expect(() => checkKeys(documentOf([typo]))).toThrow(/expect of "a" has statuses/);
});

test('a list that no step fills, and a name that is none, are refused', async () => {
  await expect(faults({ send: SEND, forEach: 'none' })).rejects.toThrow(/no step remembers none/);
  const named = { ...SEND, headers: { a: '{{none}}' } };
  await expect(faults({ send: named })).rejects.toThrow(/names none/);
});

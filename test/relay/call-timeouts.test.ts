import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { RequestHandler } from 'express';
import type { CallTimeout, GatewayConfig, GatewayTimeoutOptions } from '../../src/index.ts';
import { type Answer, readAnswer } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { expectFailure, reasonOf } from '../support/client/refusal.ts';
import { JSON_TYPE, type Outgoing, rawRequest } from '../support/client/request.ts';
import { post, send } from '../support/client/send.ts';
import { holdTimers } from '../support/fake-time.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { call, message, modern, modernHeaders, notification } from '../support/messages.ts';
import { onHead } from '../support/on-head.ts';
import { rawUpstream, recordingUpstream, type UpstreamConnection } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
const RESULT = '{"jsonrpc":"2.0","id":1,"result":{}}';
const JSON_ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${RESULT.length}\r\n\r\n${RESULT}`;

type Calls = readonly CallTimeout[];
type Timeout = GatewayTimeoutOptions | false;

/** No other timer than `response` could end what these tests wait for. */
const ALONE = { connect: false, idle: false, response: '2m' } as const;

// Time passes where a test says so, and nowhere else.
beforeEach(holdTimers);

/** A request that the upstream has got whole and has not answered. */
interface Unanswered {
  readonly gateway: TestGateway;
  readonly answer: Promise<Answer>;
  readonly upstream: UpstreamConnection;
}

async function unanswered(
  timeout: Timeout,
  outgoing: Outgoing,
  config: Partial<GatewayConfig> = {},
): Promise<Unanswered> {
  const upstream = await rawUpstream();
  const { target } = upstream;
  const gateway = await startGateway({ target, timeout, heartbeat: false, ...config });
  const answer = send(gateway.port, outgoing);
  const connection = await upstream.connection(0);
  await connection.has(outgoing.body === undefined ? /\r\n\r\n/ : /[}\]]$/);
  return { gateway, answer, upstream: connection };
}

/** The request is 504 after that time exactly. */
async function expectTimer(ms: number, { gateway, answer, upstream }: Unanswered): Promise<void> {
  jest.advanceTimersByTime(ms - 1);
  expect(gateway.errors).toEqual([]);
  jest.advanceTimersByTime(1);
  expectFailure(await answer, 'upstream_timeout', gateway);
  await upstream.closed();
}

/** The request is answered however late the upstream is. */
async function expectNoTimer({ gateway, answer, upstream }: Unanswered): Promise<void> {
  jest.advanceTimersByTime(20 * 24 * HOUR);
  expect(gateway.errors).toEqual([]);
  upstream.socket.write(JSON_ANSWER);
  expect(await answer).toMatchObject({ status: 200, body: RESULT });
  expect(gateway.errors).toEqual([]);
}

const expectTimerOf = async (ms: number, calls: Calls, body: string) =>
  expectTimer(ms, await unanswered({ ...ALONE, calls }, { body }));

describe('a call has the timer of the entry that matches it', () => {
  const calls: Calls = [
    { match: { method: 'tools/call', name: ['export_*', 'report'] }, response: '10m' },
    { match: { name: 'quick' }, response: 500 },
    { match: { method: ['prompts/*', 'completion/complete'] }, response: '5s' },
    { match: { method: 'resources/read', name: 'file:///big/*' }, response: '1h' },
  ];

  test.each<[what: string, body: string, ms: number]>([
    ['a tool whose name matches a pattern', call('export_all'), 10 * MINUTE],
    ['a tool of a list of names', call('report'), 10 * MINUTE],
    ['a tool with a shorter timer', call('quick'), 500],
    ['a prompt with the name of a tool', message('prompts/get', '{"name":"report"}'), 5 * SECOND],
    ['a name of any method', message('prompts/get', '{"name":"quick"}'), 500],
    ['any message of a method', message('prompts/list'), 5 * SECOND],
    ['a resource by its URI', message('resources/read', '{"uri":"file:///big/a"}'), HOUR],
  ])('%s', async (_what, body, ms) => {
    await expectTimerOf(ms, calls, body);
  });

  test.each<[what: string, body: string]>([
    ['another tool', call('search')],
    ['a tool whose name is longer', call('report_2')],
    ['a tool whose name differs in case', call('Export_all')],
    ['a method that names nothing', message('tools/list')],
    ['another resource', message('resources/read', '{"uri":"file:///small/a"}')],
    ['an answer to a question of the server', '{"jsonrpc":"2.0","id":1,"result":{"name":"quick"}}'],
  ])('%s has `timeout.response`', async (_what, body) => {
    await expectTimerOf(2 * MINUTE, calls, body);
  });

  test('the default of `timeout.response`, where that is not given', async () => {
    const timeout = { connect: false, calls } as const;
    await expectTimer(2 * MINUTE, await unanswered(timeout, { body: call('search') }));
    await expectTimer(10 * MINUTE, await unanswered(timeout, { body: call('report') }));
  });

  test('it is the first of several that match', async () => {
    const several: Calls = [
      { match: { name: 'export_small' }, response: '1m' },
      { match: { name: 'export_*' }, response: '10m' },
      { match: { method: 'tools/call' }, response: '5s' },
    ];
    await expectTimerOf(MINUTE, several, call('export_small'));
    await expectTimerOf(10 * MINUTE, several, call('export_large'));
    await expectTimerOf(5 * SECOND, several, call('search'));
  });

  test('a notification is matched by its method', async () => {
    const own: Calls = [{ match: { method: 'notifications/*' }, response: '3s' }];
    const body = notification('notifications/initialized');
    const { gateway, answer } = await unanswered({ ...ALONE, calls: own }, { body });
    jest.advanceTimersByTime(3 * SECOND - 1);
    expect(gateway.errors).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(await answer).toMatchObject({ status: 504 });
  });

  test('in either era', async () => {
    const body = modern('tools/call', '"name":"export_all","arguments":{}');
    const headers = modernHeaders('tools/call', 'export_all');
    await expectTimer(10 * MINUTE, await unanswered({ ...ALONE, calls }, { body, headers }));

    const older = { ...JSON_TYPE, 'MCP-Protocol-Version': '2025-06-18', 'Mcp-Session-Id': 's' };
    const sent = { body: call('export_all'), headers: older };
    await expectTimer(10 * MINUTE, await unanswered({ ...ALONE, calls }, sent));
  });
});

test('a slow tool is answered while the timer of another runs out', async () => {
  const upstream = await rawUpstream();
  const gateway = await startGateway({
    target: upstream.target,
    timeout: { ...ALONE, response: '5s', calls: [{ match: { name: 'slow' }, response: '10m' }] },
  });
  const slow = post(gateway.port, call('slow'));
  const first = await upstream.connection(0);
  await first.has(/\}$/);
  const other = post(gateway.port, call('other'));
  const second = await upstream.connection(1);
  await second.has(/\}$/);

  jest.advanceTimersByTime(9 * MINUTE);
  expectFailure(await other, 'upstream_timeout', gateway);
  first.socket.write(JSON_ANSWER);

  expect(await slow).toMatchObject({ status: 200, body: RESULT });
  expect(gateway.errors).toHaveLength(1);
});

describe('false is no timer', () => {
  test('for the calls that match', async () => {
    const calls: Calls = [{ match: { name: 'batch_*' }, response: false }];
    await expectNoTimer(await unanswered({ ...ALONE, calls }, { body: call('batch_1') }));
    await expectTimerOf(2 * MINUTE, calls, call('other'));
  });

  test('for those that do not, where `timeout.response` is false', async () => {
    const calls: Calls = [{ match: { name: 'a' }, response: '9s' }];
    const timeout: Timeout = { ...ALONE, response: false, calls };
    await expectNoTimer(await unanswered(timeout, { body: call('b') }));
    await expectTimer(9 * SECOND, await unanswered(timeout, { body: call('a') }));
  });
});

describe('a batch has the longest timer of its messages', () => {
  const calls: Calls = [
    { match: { name: 'never' }, response: false },
    { match: { name: 'short' }, response: '5s' },
    { match: { name: 'middle' }, response: '1m' },
    { match: { name: 'long' }, response: '10m' },
    { match: { method: 'notifications/cancelled' }, response: '7s' },
  ];
  const names = (...tools: string[]) => tools.map((tool, i) => call(tool, { id: `${i}` }));

  test.each<[what: string, messages: string[], ms: number]>([
    ['in whatever order', names('short', 'long', 'middle'), 10 * MINUTE],
    ['all of them short', names('short', 'short'), 5 * SECOND],
    ['one without an entry, whose timer is longer', names('short', 'other'), 2 * MINUTE],
    ['one without an entry, whose timer is shorter', names('long', 'other'), 10 * MINUTE],
    [
      'a notification counts as well',
      [...names('short'), notification('notifications/cancelled', '{"requestId":1}')],
      7 * SECOND,
    ],
    ['an answer has `timeout.response`', [...names('short'), RESULT], 2 * MINUTE],
    ['answers alone', [RESULT, RESULT], 2 * MINUTE],
    ['many messages', [...names(...Array(250).fill('short')), ...names('long')], 10 * MINUTE],
  ])('%s', async (_what, messages, ms) => {
    await expectTimerOf(ms, calls, `[${messages}]`);
  });

  test('for ever is the longest', async () => {
    const body = `[${names('short', 'never', 'long')}]`;
    await expectNoTimer(await unanswered({ ...ALONE, calls }, { body }));
  });
});

describe('where the timer runs, and where not', () => {
  const calls: Calls = [{ match: { method: '*' }, response: '5s' }];

  test('GET may stay silent', async () => {
    await expectNoTimer(await unanswered({ ...ALONE, calls }, { method: 'GET' }));
  });

  test('DELETE has `timeout.response`', async () => {
    await expectTimer(2 * MINUTE, await unanswered({ ...ALONE, calls }, { method: 'DELETE' }));
  });

  test('an event stream whose head has come may be silent for longer', async () => {
    const upstream = await rawUpstream();
    const timeout = { ...ALONE, calls };
    const gateway = await startGateway({ target: upstream.target, timeout, heartbeat: false });
    const client = (await rawClient(gateway.port)).send(rawRequest({ body: call('a') }));
    const connection = await upstream.connection(0);
    await connection.has(/\}$/);

    jest.advanceTimersByTime(5 * SECOND - 1);
    connection.socket.write(`${STREAM}: begun\n\n`);
    await client.has(/: begun\n\n/);
    jest.advanceTimersByTime(24 * HOUR);
    connection.socket.end('data: late\n\n');
    await client.closed();

    const answer = readAnswer(client);
    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(answer?.body).toBe(': begun\n\ndata: late\n\n');
    expect(gateway.errors).toEqual([]);
  });

  test('an upstream that stops in the middle of a long body', async () => {
    const upstream = await rawUpstream(onHead((socket) => socket.pause()));
    const timeout = { ...ALONE, calls };
    const gateway = await startGateway({ target: upstream.target, timeout });
    const args = JSON.stringify({ text: 'x'.repeat(3_000_000) });
    const answer = post(gateway.port, call('a', { args }));
    await (await upstream.connection(0)).has(/\r\n\r\n/);

    jest.advanceTimersByTime(5 * SECOND - 1);
    expect(gateway.errors).toEqual([]);
    jest.advanceTimersByTime(1);
    expectFailure(await answer, 'upstream_timeout', gateway);
  });

  test('a message of the older transport', async () => {
    const config = { legacySse: { path: '/sse', messagePath: '/messages' } };
    const sent = { path: '/messages?s=1', body: call('a') };
    await expectTimer(5 * SECOND, await unanswered({ ...ALONE, calls }, sent, config));
  });
});

describe('the slot', () => {
  const calls: Calls = [{ match: { name: 'a' }, response: '5s' }];

  /** What observers were told the slots decided about a call. */
  async function decisionsWith(timeout: Timeout): Promise<string[]> {
    const { target } = await recordingUpstream();
    const observer = witness();
    const gateway = await startGateway({ target, timeout, observe: observer, use: pass });
    expect(await post(gateway.port, call('a'))).toMatchObject({ status: 200 });
    await observer.record();
    return observer.decisions;
  }

  const pass: RequestHandler = (_req, _res, next) => next();

  test('is none that observers hear of: it decides nothing', async () => {
    const without = await decisionsWith({ response: '5s' });
    expect(without).toContain('use: allow');
    expect((await decisionsWith({ calls })).filter((told) => told !== 'message: allow')).toEqual(
      without,
    );
  });

  test.each<[what: string, timeout: Timeout]>([
    ['`timeout.response` alone', { response: '5s' }],
    ['`timeout: false`', false],
    ['`timeout.calls: false`', { calls: false }],
  ])('is off with %s: no body is read', async (_what, timeout) => {
    const upstream = await recordingUpstream();
    const gateway = await startGateway({ target: upstream.target, timeout });
    expect(await post(gateway.port, 'no message')).toMatchObject({ status: 200 });
    expect(upstream.seen.map(({ body }) => body.toString())).toEqual(['no message']);
  });

  test('has bodies read and judged: what is no message is refused', async () => {
    const upstream = await recordingUpstream();
    const gateway = await startGateway({ target: upstream.target, timeout: { calls } });
    const answer = await post(gateway.port, 'no message');
    expect([answer.status, reasonOf(answer)]).toEqual([400, 'parse_error']);
    expect(upstream.seen).toEqual([]);
  });
});

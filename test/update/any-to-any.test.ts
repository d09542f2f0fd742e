import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GatewayConfig } from '../../src/index.ts';
import { type Answer, headerOf } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { type Outgoing, requestBytes } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { call, message } from '../support/messages.ts';
import { configsFor } from './support/configs.ts';
import { INITIALIZE, startUpdatable, startUpstream } from './support/updatable.ts';

/** What is asked for, each with nothing of the others. */
const REQUESTS: Readonly<Record<string, Outgoing>> = {
  initialize: { body: INITIALIZE },
  'a call': { body: call('a') },
  'another call': { body: call('b') },
  'a call of ada': { body: call('a'), headers: { 'X-User': 'ada' } },
  'a list': { body: message('tools/list') },
  'a session of nobody': { body: call('a'), headers: { 'Mcp-Session-Id': 'unknown' } },
  'a web page': { body: call('a'), headers: { Origin: 'https://app.example' } },
  'a query': { body: call('a'), path: '/mcp?a=1&b=2' },
  'no such method': { method: 'PUT' },
  'the end of a session': { method: 'DELETE' },
  'another path': { body: call('a'), path: '/v2' },
  'the root': { body: call('a'), path: '/' },
  'a message of the older transport': { body: call('a'), path: '/messages?session_id=1' },
  metadata: { method: 'PUT', path: '/.well-known/oauth-protected-resource/mcp' },
};

/** What came back, but for what is another each time. */
function told(answer: Answer): unknown[] {
  const { status, body } = answer;
  const names = ['WWW-Authenticate', 'RateLimit', 'X-B', 'X-Use', 'Content-Type', 'X-Upstream'];
  const fields = names.map((name) => headerOf(answer, name)?.replace(/pk=:[^:]*:|t=\d+/g, ''));
  return [status, body, headerOf(answer, 'Mcp-Session-Id') !== undefined, ...fields];
}

/** @param isChosen - Whether the target is left to chance, which is then not told. */
async function answersOf(port: number, isChosen: boolean): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const outgoing of Object.values(REQUESTS)) {
    const answer = told(await send(port, outgoing));
    answers.push(isChosen ? answer.slice(0, -1) : answer);
  }
  // A stream stays open: what counts is its head.
  const client = await rawClient(port);
  client.send(requestBytes({ method: 'GET' }));
  const head = (await client.has(/\r\n\r\n/)).split('\r\n', 1);
  client.socket.destroy();
  return [...answers, ...head];
}

/** What this package has made is not the caller's. */
const MADE = ['auth', 'observe', 'policies'];

/** Takes out of plain objects and lists what is in them. */
function spoil(value: object): void {
  for (const [key, member] of Object.entries(value)) {
    const isOwn = Object.getPrototypeOf(Object(member)) === Object.prototype && !MADE.includes(key);
    if (isOwn || Array.isArray(member)) spoil(member);
    delete (value as Record<string, unknown>)[key];
  }
}

const isLeftToChance = (name: string) => name.includes('several');

test('whatever it was before, a gateway answers as a fresh one of its configuration', async () => {
  const [one, two] = [await startUpstream('one'), await startUpstream('two')];
  const fresh = () => configsFor(one.target, two.target);
  const names = Object.keys(fresh());
  const expected = new Map<string, unknown[]>();
  const expectedOf = async (name: string) => {
    const known =
      expected.get(name) ??
      (await answersOf((await startUpdatable(fresh()[name] as never)).port, isLeftToChance(name)));
    expected.set(name, known);
    return known;
  };
  const path = fc.uniqueArray(fc.constantFrom(...names), { minLength: 2, maxLength: 12 });
  const property = fc.asyncProperty(path, async ([first = '', ...others]) => {
    const { gateway, port } = await startUpdatable(fresh()[first] as never);
    for (const name of others) {
      const config = fresh()[name] as GatewayConfig;
      gateway.update(config);
      // From here on it is the caller's again.
      spoil(config);
      const [answers, own] = [await answersOf(port, isLeftToChance(name)), await expectedOf(name)];
      expect([name, ...answers]).toEqual([name, ...own]);
      while (gateway.stats().requests.open > 0) await new Promise(setImmediate);
    }
  });
  await fc.assert(property, { numRuns: 100 });
}, 60_000);

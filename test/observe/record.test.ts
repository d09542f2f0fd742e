import { hash } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import {
  apiKey,
  createMcpGateway,
  type GatewayConfig,
  type Observer,
  principalOf,
  type SlotDecision,
} from '../../src/index.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { atTestEnd, serve } from '../support/servers.ts';
import { answering, rawUpstream, recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

async function observed(config: Partial<GatewayConfig> = {}) {
  const { target } = await recordingUpstream();
  const observe = witness();
  const gateway = await startGateway({ target, observe, ...config });
  return { ...gateway, observe };
}

const call = (name: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });

describe('the record names the gateway', () => {
  test.each([
    ['by its name', { name: 'tools' }, '/mcp', 'tools'],
    ['by its path', {}, '/mcp', '/mcp'],
    ['by another path', { path: '/other' }, '/other', '/other'],
  ])('%s', async (_how, config, path, gateway) => {
    const { port, observe } = await observed(config);
    await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    expect(await observe.record()).toMatchObject({ gateway });
  });
});

describe('the record says who', () => {
  const users = [
    { subject: 'ada', issuer: 'https://a.example', clientId: 'desk', claims: { role: 'r0le' } },
    { subject: 'bob', issuer: undefined, clientId: undefined, scopes: ['sc0pe'] },
  ];

  test('of each request, whatever came of it, and no other claim', async () => {
    const { url, observe } = await observed({
      auth: ({ headers }) => users.find(({ subject }) => subject === headers['x-user']) ?? null,
      policies: ({ mcp }) => mcp.name !== 'delete',
      use: ({ headers }, _res, next) => next(headers['x-fail'] ? new Error('no') : undefined),
    });
    const outcomes: { readonly name: string; readonly fail?: string; readonly reason: string }[] = [
      { name: 'add', reason: 'relayed' },
      { name: 'delete', reason: 'policy_denied' },
      { name: 'add', fail: '1', reason: 'internal_error' },
    ];
    let at = 0;
    for (const { subject } of users) {
      for (const { name, fail } of outcomes) {
        const headers = { 'X-User': subject, ...(fail && { 'X-Fail': fail }) };
        const type = { 'Content-Type': 'application/json' };
        const init = { method: 'POST', headers: { ...headers, ...type }, body: call(name) };
        await (await fetch(url, init)).text();
        await observe.record(at++);
      }
    }
    const expected = users.flatMap(({ subject, issuer, clientId }) =>
      outcomes.map(({ reason }) => [{ subject, issuer, clientId }, reason]),
    );
    expect(observe.records.map(({ user, reason }) => [user, reason])).toEqual(expected);
    expect(JSON.stringify(observe.records)).not.toMatch(/r0le|sc0pe/);
  });

  test('nobody, without auth and where nobody was found', async () => {
    const open = await observed();
    await (await fetch(open.url)).text();
    const { user, ...others } = await open.observe.record();
    expect(user).toBeUndefined();
    expect(others).toMatchObject({ reason: 'relayed', origin: undefined });
    const closed = await observed({ auth: () => null });
    await (await fetch(closed.url)).text();
    expect(await closed.observe.record()).toMatchObject({ user: undefined, status: 401 });
  });

  test('of what an API key belongs to, and never the key', async () => {
    const auth = apiKey({
      keys: [{ sha256: hash('sha256', 'k3y-of-ada-which-is-long'), subject: 'ada' }],
    });
    const { url, observe } = await observed({ auth });
    await (await fetch(url, { headers: { 'X-Api-Key': 'k3y-of-ada-which-is-long' } })).text();
    const record = await observe.record();
    expect(record.user?.subject).toBe('ada');
    expect(JSON.stringify(record)).not.toContain('k3y-of-ada');
  });

  test('texts that are too long are cut', async () => {
    const long = 'x'.repeat(300);
    const auth = () => ({ subject: long, issuer: long, clientId: long });
    const { url, observe } = await observed({ auth });
    await (await fetch(url)).text();
    const cut = long.slice(0, 256);
    const { user } = await observe.record();
    expect(user).toEqual({ subject: cut, issuer: cut, clientId: cut });
  });

  const others = { issuer: undefined, clientId: undefined };

  test.each<[string, object, object]>([
    ['null for what is not known', { issuer: null, clientId: null }, { subject: 'ada', ...others }],
    ['no text', { clientId: { id: 1 } }, { subject: 'ada', ...others }],
    [
      'half a character',
      { clientId: 'a\ud83d' },
      { subject: 'ada', ...others, clientId: 'a\ufffd' },
    ],
  ])('%s in the principal is told as no more than a text', async (_what, members, expected) => {
    const { url, observe } = await observed({
      auth: () => ({ subject: 'ada', ...members }) as never,
    });
    expect((await fetch(url)).status).toBe(200);
    expect((await observe.record()).user).toEqual(expected);
  });

  test('what the app makes of a principal later fails nothing', async () => {
    const { url, observe } = await observed({
      auth: () => ({ subject: 'ada' }),
      use: (req, _res, next) => {
        const principal = principalOf(req) as object;
        Object.defineProperty(principal, 'issuer', {
          get() {
            throw new Error('not now');
          },
        });
        Object.assign(principal, { subject: undefined });
        next();
      },
    });
    expect((await fetch(url)).status).toBe(200);
    expect((await observe.record()).user).toEqual({ subject: '', ...others });
  });
});

test('what a policy, or a route, makes of a long text of the client is cut', async () => {
  const long = `${'x'.repeat(255)}😀`;
  const cut = `${'x'.repeat(255)}\ufffd`;
  const policies = [
    { name: 'own', check: () => ({ allow: false, reason: long }), mode: 'shadow' as const },
    { name: 'own', check: () => ({ allow: false, reason: long }) },
  ];
  const { target } = await recordingUpstream();
  const observe = witness();
  const gateway = createMcpGateway({ target, path: '/', observe, policies });
  const { port } = await serve(express().use('/:team', gateway));
  await exchange(port, rawRequest({ path: `/${'x'.repeat(300)}` }));
  const record = await observe.record();
  expect(record).toMatchObject({ detail: cut, path: `/${'x'.repeat(255)}` });
  const denied = (observe.told('onDecision') as SlotDecision[]).filter(
    ({ outcome }) => outcome === 'deny',
  );
  expect(denied.map(({ detail }) => detail)).toEqual([cut, cut]);
});

test('the query is in no path that the app has rewritten', async () => {
  const { target } = await recordingUpstream();
  const observe = witness();
  const app = express();
  app.use((req, _res, next) => {
    req.originalUrl = '/mcp?a=\u2028k3y';
    next();
  });
  const { port } = await serve(app.use(createMcpGateway({ target, observe })));
  await exchange(port, rawRequest());
  expect((await observe.record()).path).toBe('/mcp');
});

describe('requestId', () => {
  const requestIdOf = async (field?: string) => {
    const { port, observe } = await observed();
    await exchange(port, rawRequest({ headers: field === undefined ? [] : [field] }));
    return (await observe.record()).requestId;
  };
  const OWN = /^[\da-f]{8}-[\da-f-]{27}$/;

  test.each(['a', 'x'.repeat(128), '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'])(
    'is the one of the client: %s',
    async (id) => {
      expect(await requestIdOf(`X-Request-Id: ${id}`)).toBe(id);
    },
  );

  test.each([
    ['there is none', undefined],
    ['it is empty', 'X-Request-Id: '],
    ['it is too long', `X-Request-Id: ${'x'.repeat(129)}`],
    ['it holds a space', 'X-Request-Id: a b'],
    ['it is not ASCII', 'X-Request-Id: \u00e4'],
    ['it came twice', 'X-Request-Id: a\r\nX-Request-Id: b'],
  ])('is made where %s', async (_why, field) => {
    expect(await requestIdOf(field)).toMatch(OWN);
  });

  test('is the same for all who read it, also from a copy', async () => {
    const ids: string[] = [];
    const own: Observer = {
      onClose: (record) => void ids.push(record.requestId, { ...record }.requestId),
    };
    const last = witness();
    const { url } = await observed({ observe: [own, last] });
    await (await fetch(url)).text();
    ids.push(
      (await last.record()).requestId,
      JSON.parse(JSON.stringify(last.records[0])).requestId,
    );
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(4);
  });
});

describe('upstreamMs and gatewayMs', () => {
  /** A clock that goes on only when it is told to. */
  function heldClock() {
    let now = 1_000_000;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
    atTestEnd(() => clock.mockRestore());
    return (ms: number) => {
      now += ms;
    };
  }

  test('tell the time of the upstream from that of the gateway', async () => {
    const passes = heldClock();
    const observe = witness();
    const gateway = createMcpGateway({
      target: (_req: unknown, res: express.Response) => {
        passes(200);
        res.writeHead(200, { 'Content-Type': 'application/json' });
        res.end('{}');
      },
      policies: () => {
        passes(100);
        return true;
      },
      observe,
    });
    const { port } = await serve(express().use(gateway));
    const headers = { 'Content-Type': 'application/json' };
    const url = `http://127.0.0.1:${port}/mcp`;
    await (await fetch(url, { method: 'POST', headers, body: call('add') })).text();
    expect(await observe.record()).toMatchObject({
      upstreamMs: 200,
      gatewayMs: 100,
      headMs: 300,
      totalMs: 300,
    });
  });

  test('of a refusal all time is the gateway’s', async () => {
    const passes = heldClock();
    const { url, observe } = await observed({
      use: (_req, res) => {
        passes(70);
        res.status(403).end();
      },
    });
    await (await fetch(url)).text();
    const record = await observe.record();
    expect(record).toMatchObject({ gatewayMs: 70, headMs: 70, upstreamMs: undefined });
  });

  test('an upstream that fails has taken the time until then', async () => {
    const { port, observe } = await observed({ target: 'http://127.0.0.1:1/mcp' });
    await exchange(port, rawRequest());
    const { upstreamMs = Number.NaN, gatewayMs, headMs } = await observe.record();
    expect(upstreamMs).toBeGreaterThan(0);
    expect(upstreamMs + gatewayMs).toBeCloseTo(headMs as number, 2);
  });

  test('without an answer they are all of the time', async () => {
    const upstream = await rawUpstream();
    const { port, observe } = await observed({ target: upstream.target });
    const client = (await rawClient(port)).send(rawRequest());
    await (await upstream.connection(0)).has(/\r\n\r\n/);
    client.socket.destroy();
    const { upstreamMs = Number.NaN, gatewayMs, totalMs, status } = await observe.record();
    expect(status).toBeUndefined();
    expect(upstreamMs + gatewayMs).toBeCloseTo(totalMs, 2);
  });
});

describe('an upstream that answers the first request with a page', () => {
  const PAGE =
    '404 Not Found\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 2\r\n\r\nno';
  const DOUBT = 'the target may have the wrong path';
  const MESSAGE = (method: string) => `{"jsonrpc":"2.0","id":1,"method":"${method}","params":{}}`;

  test.each([
    ['initialize', PAGE, DOUBT],
    ['server/discover', PAGE.replace('404 Not Found', '405 Not Allowed'), DOUBT],
    ['tools/call', PAGE, undefined],
    ['initialize', PAGE.replace('404 Not Found', '400 Bad Request'), undefined],
    ['initialize', PAGE.replace('text/html', 'application/json'), undefined],
  ])('%s, %j: %s', async (method, answer, detail) => {
    const { target } = await rawUpstream(answering(`HTTP/1.1 ${answer}`));
    const { port, observe } = await observed({ target });
    await exchange(port, rawRequest({ body: MESSAGE(method) }));
    expect(await observe.record()).toMatchObject({ reason: 'relayed', detail, origin: 'upstream' });
  });
});

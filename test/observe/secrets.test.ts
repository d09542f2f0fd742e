import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type Observer } from '../../src/index.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { type Witness, witness } from '../support/witness.ts';

/** No two of them have a part in common, so that none is found in place of another. */
const SECRETS = {
  authorization: 'eyJhbGciOi.secret.token',
  cookie: 'cookie-c00k1e',
  query: 'query-k3y',
  password: 'url-passw0rd',
  argument: 'argument-4rg',
  session: 'session-5e551on',
  lastEvent: 'last-event-1d',
  parameter: 'parameter-p4ram',
  custom: 'custom-header-cu5t0m',
  set: 'upstream-key-5et',
  event: 'event-d4t4',
  id: 'request-id-1d',
};

const BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: SECRETS.id,
  method: 'tools/call',
  params: { name: 'add', arguments: { name: SECRETS.argument }, _meta: { a: SECRETS.argument } },
});

const fields = [
  'Host: gateway.example',
  'Connection: close',
  `Authorization: Bearer ${SECRETS.authorization}`,
  `Cookie: a=${SECRETS.cookie}`,
  `Mcp-Session-Id: ${SECRETS.session}`,
  `Last-Event-ID: ${SECRETS.lastEvent}`,
  `Mcp-Param-Region: ${SECRETS.parameter}`,
  `X-Custom: ${SECRETS.custom}`,
  'Content-Type: application/json',
];

const requestTo = (target: string, more: readonly string[] = []) =>
  [`POST ${target} HTTP/1.1`, ...fields, ...more, `Content-Length: ${BODY.length}`, '', BODY].join(
    '\r\n',
  );

/** Everything but the request itself, which has all of it. */
function expectNoSecret(observer: Witness): void {
  const told = JSON.stringify(observer.calls.map(({ name, value }) => [name, value]));
  expect(told).toContain('onClose');
  for (const secret of Object.values(SECRETS)) expect(told).not.toContain(secret);
}

describe('nothing that an observer is told holds a secret', () => {
  const target = `/mcp?api_key=${SECRETS.query}`;

  test.each([
    ['of a request that is relayed', requestTo(target), 200],
    [
      'of one by an absolute target',
      requestTo(`http://u:${SECRETS.password}@gateway.example${target}`),
      200,
    ],
    ['of one with a fragment', requestTo(`${target}#${SECRETS.query}`), 200],
    ['of one that is refused', requestTo(target, ['Origin: https://evil.example']), 403],
    [
      'of one with a repeated credential',
      requestTo(target, [`Authorization: ${SECRETS.custom}`]),
      400,
    ],
  ])('%s', async (_what, request, status) => {
    const upstream = await recordingUpstream((_req, res) => {
      res.setHeader('Set-Cookie', SECRETS.cookie).setHeader('Content-Type', 'text/event-stream');
      res.end(`data: ${SECRETS.event}\n\n`);
    });
    const observer = witness();
    const { port } = await startGateway({
      target: `${upstream.target}&key=${SECRETS.query}`,
      headers: { forward: ['X-*'], set: { 'X-Key': SECRETS.set } },
      observe: observer,
    });
    await exchange(port, request);

    expect(await observer.record()).toMatchObject({ status, path: '/mcp' });
    expectNoSecret(observer);
  });

  test('of one that a policy has read', async () => {
    const { target: upstream } = await recordingUpstream();
    const observer = witness();
    const { url } = await startGateway({
      target: upstream,
      policies: [() => true],
      observe: observer,
    });
    const uri = `https://u:${SECRETS.password}@x.example/a?key=${SECRETS.query}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } }),
    });
    expect(response.status).toBe(200);
    const { messages } = await observer.record();
    expect(messages).toMatchObject([{ method: 'resources/read', name: 'https://x.example/a' }]);
    expectNoSecret(observer);
  });

  test('of one that fails on the way', async () => {
    const observer = witness();
    const { port } = await startGateway({
      target: `http://127.0.0.1:1/?key=${SECRETS.query}`,
      headers: { set: { 'X-Key': SECRETS.set } },
      observe: observer,
    });
    await exchange(port, requestTo(target));
    expect(await observer.record()).toMatchObject({ reason: 'upstream_unreachable' });
    expectNoSecret(observer);
  });

  test('the path is what the client asked for, where the gateway is mounted below one', async () => {
    const { target: upstream } = await recordingUpstream();
    const observer = witness();
    const gateway = createMcpGateway({
      target: upstream,
      path: '/',
      observe: observer as Observer,
    });
    const { port } = await serve(express().use('/team/:id', gateway));
    await exchange(port, requestTo(`/team/7?api_key=${SECRETS.query}`));
    expect(await observer.record()).toMatchObject({ path: '/team/7', status: 200 });
    expectNoSecret(observer);
  });
});

describe('a session is a hash', () => {
  const INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';

  test('the same for the request that got it and all that use it, another for another', async () => {
    let minted = 0;
    const { target } = await recordingUpstream((req, res, body) => {
      if (body.toString() === INITIALIZE) res.setHeader('MCP-Session-Id', `session-id-${++minted}`);
      res.statusCode = req.method === 'GET' ? 405 : 200;
      res.end('{}');
    });
    const observer = witness();
    const { url } = await startGateway({ target, observe: observer });
    for (const id of ['session-id-1', 'session-id-2']) {
      const opened = await fetch(url, { method: 'POST', body: INITIALIZE });
      expect(opened.headers.get('mcp-session-id')).toBe(id);
      for (const method of ['POST', 'GET', 'DELETE']) {
        await fetch(url, { method, headers: { 'Mcp-Session-Id': id } });
      }
    }
    await observer.record(7);

    const sessions = observer.records.map(({ session }) => session);
    expect(new Set(sessions.slice(0, 4)).size).toBe(1);
    expect(new Set(sessions.slice(4)).size).toBe(1);
    expect(sessions[0]).not.toBe(sessions[4]);
    for (const session of sessions) expect(session).toMatch(/^[0-9a-f]{16,}$/);
    expect(JSON.stringify(observer.records)).not.toContain('session-id');
  });

  test('one that a middleware of the host gives out by writeHead alone', async () => {
    const observer = witness();
    const app = express().disable('x-powered-by');
    app.use(
      createMcpGateway({
        target: 'http://127.0.0.1:1/',
        cors: false,
        use: (_req, res) => void res.writeHead(200, { 'Mcp-Session-Id': 'abc' }).end(),
        observe: observer,
      }),
    );
    const { port } = await serve(app);
    const client = await rawClient(port);
    client.send('GET /mcp HTTP/1.1\r\nHost: x\r\n\r\n');
    await observer.record(0);
    client.send('GET /mcp HTTP/1.1\r\nHost: x\r\nMcp-Session-Id: abc\r\n\r\n');
    await observer.record(1);
    const [minted, used] = observer.records;
    expect(minted?.session).toMatch(/^[0-9a-f]+$/);
    expect(minted?.session).toBe(used?.session);
  });

  test('without one there is none', async () => {
    const { target } = await recordingUpstream();
    const observer = witness();
    const { url } = await startGateway({ target, observe: observer });
    await fetch(url);
    expect((await observer.record()).session).toBeUndefined();
  });
});

describe('what names a thing is told without what may be a secret in it', () => {
  test.each([
    ['resources/read', { uri: `/p?tok=${SECRETS.query}` }, '/p'],
    ['resources/read', { uri: `//u:${SECRETS.password}@h/p` }, '//h/p'],
    ['resources/read', { uri: ` https://u:${SECRETS.password}@h/p#x` }, 'https://h/p'],
    ['resources/subscribe', { uri: `data:text/plain,${SECRETS.argument}` }, 'data:'],
    ['completion/complete', { name: `https://h/p?k=${SECRETS.query}` }, 'https://h/p'],
    ['tools/call', { name: 'a?b#c' }, 'a?b#c'],
  ])('%s %j', async (method, params, expected) => {
    const observer = witness();
    const { port } = await startGateway({
      target: (await recordingUpstream()).target,
      observe: observer,
    });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    await exchange(
      port,
      `POST /mcp HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/json\r\nMCP-Protocol-Version: Bearer ${SECRETS.authorization}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const { messages, protocolVersion } = await observer.record();
    expect(messages).toMatchObject([{ method, name: expected }]);
    expect(protocolVersion).toBeUndefined();
    expectNoSecret(observer);
  });

  test('the id of a task is hashed: who knows it can ask for its result', async () => {
    const observer = witness();
    const { url } = await startGateway({
      target: (await recordingUpstream()).target,
      observe: observer,
    });
    const params = { taskId: SECRETS.session };
    await fetch(url, { method: 'POST', body: JSON.stringify({ method: 'tasks/get', params }) });
    const { messages } = await observer.record();
    expect(messages).toEqual([
      { method: 'tasks/get', name: expect.stringMatching(/^[0-9a-f]{16}$/) },
    ]);
    expectNoSecret(observer);
  });
});

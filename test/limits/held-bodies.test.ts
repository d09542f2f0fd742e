import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import {
  allowTools,
  type BodyLimitOptions,
  bodyLimit,
  createMcpGateway,
  denyTools,
  type GatewayConfig,
  mcpProxy,
  policy,
  throttle,
} from '../../src/index.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';
import { problemsOf } from '../support/config-error.ts';
import { holdingUpstream } from '../support/holding-upstream.ts';
import { serve } from '../support/servers.ts';

const KB = 1024;

/** Two of these are more than 1 MB. */
const BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'x', arguments: { text: 'a'.repeat(600 * KB) } },
});
const POST = (fields = '', length = BODY.length) =>
  `POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${fields}Content-Length: ${length}\r\n\r\n`;

const LIMITS: BodyLimitOptions = { body: '800kb', total: '1mb', perCaller: '1mb' };

async function start(config: Partial<GatewayConfig> = {}) {
  const upstream = await holdingUpstream();
  const app = express().set('trust proxy', 1);
  const { target } = upstream;
  app.use(createMcpGateway({ target, policies: allowTools('*'), bodyLimit: LIMITS, ...config }));
  const { port, server } = await serve(app);
  return { upstream, port, server };
}

/** Sends all of a body but its last byte, and waits until it is there. */
async function park(
  { port, server }: Pick<Awaited<ReturnType<typeof start>>, 'port' | 'server'>,
  fields = '',
): Promise<RawClient> {
  const accepted = once(server, 'connection');
  const client = await rawClient(port);
  const [socket] = await accepted;
  const bytes = POST(fields) + BODY.slice(0, -1);
  client.send(bytes);
  while (socket.bytesRead < bytes.length) await new Promise(setImmediate);
  for (let i = 0; i < 10; i += 1) await new Promise(setImmediate);
  return client;
}

/** The status that a whole upload gets. */
async function upload(port: number, fields = ''): Promise<number | undefined> {
  const client = (await rawClient(port)).send(POST(fields) + BODY);
  await client.has(/\r\n\r\n/);
  return client.statuses[0];
}

const from = (ip: string) => `X-Forwarded-For: ${ip}\r\n`;

describe('bodies that are held at once are bounded', () => {
  test('in all: the one that is too much is 503, and those before it go on', async () => {
    const gateway = await start();
    const parked = await park(gateway);
    const client = (await rawClient(gateway.port)).send(POST() + BODY);
    await client.closed();
    expect(client.statuses).toEqual([503]);
    expect(client.text).toMatch(/^retry-after: \d+\r$/im);
    expect(client.text).toContain('"reason":"overloaded"');
    expect(gateway.upstream.seen).toEqual([]);

    parked.send('}');
    (await gateway.upstream.request('undefined')).end('answer');
    await parked.has(/answer/);
    expect(parked.statuses).toEqual([200]);
  });

  test.each([
    ['one address', from('192.0.2.1'), from('192.0.2.1'), from('192.0.2.2')],
    [
      'one /56 of IPv6',
      from('2001:db8:0:aa01::1'),
      from('2001:db8:0:aaff::2'),
      from('2001:db8:0:bb01::1'),
    ],
  ])('for %s, and nobody else', async (_whose, first, same, other) => {
    const bounded = { body: '800kb', total: '10mb', perCaller: '1mb' };
    const gateway = await start({ bodyLimit: bounded });
    await park(gateway, first);
    expect(await upload(gateway.port, same)).toBe(503);
    const passing = upload(gateway.port, other);
    (await gateway.upstream.request('undefined')).end();
    expect(await passing).toBe(200);
  });

  test('for one principal, wherever it comes from', async () => {
    const gateway = await start({
      bodyLimit: { body: '800kb', total: '10mb', perCaller: '1mb' },
      auth: (req) => ({ subject: String(req.headers['x-user']) }),
    });
    await park(gateway, `X-User: ada\r\n${from('192.0.2.1')}`);
    expect(await upload(gateway.port, `X-User: ada\r\n${from('192.0.2.2')}`)).toBe(503);
    const passing = upload(gateway.port, `X-User: bob\r\n${from('192.0.2.1')}`);
    (await gateway.upstream.request('undefined')).end();
    expect(await passing).toBe(200);
  });

  test('until their requests are answered', async () => {
    const gateway = await start();
    const first = upload(gateway.port);
    const answer = await gateway.upstream.request('undefined');
    expect(await upload(gateway.port)).toBe(503);
    answer.end();
    expect(await first).toBe(200);
    await new Promise(setImmediate);
    const parked = await park(gateway);
    expect(await upload(gateway.port)).toBe(503);
    parked.socket.destroy();
  });

  test('what is only announced is not counted', async () => {
    const gateway = await start();
    for (let i = 0; i < 5; i += 1) (await rawClient(gateway.port)).send(`${POST()}{`);
    const passing = upload(gateway.port);
    (await gateway.upstream.request('undefined')).end();
    expect(await passing).toBe(200);
  });

  test('where no body is read, nothing is counted', async () => {
    const gateway = await start({ policies: false });
    await park(gateway);
    const passing = upload(gateway.port);
    await gateway.upstream.request('undefined').then((answer) => answer.end());
    expect(await passing).toBe(200);
  });
});

describe('what was held is given back', () => {
  test.each<[string, Partial<GatewayConfig>, string, number | undefined]>([
    ['by a policy that refuses', { policies: denyTools('x'), denyAs: 'http' }, POST() + BODY, 403],
    ['by a message that is none', {}, POST() + ' '.repeat(BODY.length), 400],
    ['by a header that says something else', {}, POST('Mcp-Method: ping\r\n') + BODY, 400],
    ['by a client that leaves', {}, POST() + BODY.slice(1), undefined],
    [
      'by an upload over the limit',
      {},
      `POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${'e1000\r\n'}${' '.repeat(0xe1000)}\r\n`,
      413,
    ],
  ])('%s', async (_how, config, request, status) => {
    const gateway = await start(config);
    for (let i = 0; i < 4; i += 1) {
      const accepted = once(gateway.server, 'connection');
      const client = await rawClient(gateway.port);
      const [socket] = await accepted;
      const gone = new Promise((resolve) => socket.on('close', resolve));
      client.send(request);
      if (status !== undefined) await client.has(/\r\n\r\n/);
      else while (socket.bytesRead < request.length) await new Promise(setImmediate);
      expect(client.statuses).toEqual(status === undefined ? [] : [status]);
      client.socket.destroy();
      await gone;
    }
  });
});

describe('what reads bodies by itself', () => {
  const limited = throttle({ limit: 100, window: '1m', by: 'tool' });

  test.each([
    ['policy()', policy(allowTools('*'))],
    ['throttle()', limited],
  ])('%s: bodyLimit in front bounds what it holds', async (_name, reader) => {
    const { target, request } = await holdingUpstream();
    const app = express().use(bodyLimit(LIMITS), reader, mcpProxy({ target }));
    const gateway = await serve(app);
    const parked = await park(gateway);
    expect(await upload(gateway.port)).toBe(503);
    parked.send('}');
    (await request('undefined')).end('answer');
    await parked.has(/answer/);
  });

  test('two of them hold a body once', async () => {
    const { target, request } = await holdingUpstream();
    const app = express().use(bodyLimit(LIMITS), limited, policy(allowTools('*')));
    const gateway = await serve(app.use(mcpProxy({ target })));
    const passing = upload(gateway.port);
    (await request('undefined')).end();
    expect(await passing).toBe(200);
  });

  test('without it they have the defaults: 64 MB for one address', async () => {
    const gateway = await serve(express().use(policy(allowTools('*'))));
    const body = ' '.repeat(3 * 1024 * KB);
    const clients: RawClient[] = [];
    for (let i = 0; i < 22; i += 1) {
      clients.push((await rawClient(gateway.port)).send(POST('', body.length + 1) + body));
    }
    await Promise.race(clients.map((client) => client.has(/\r\n\r\n/)));
    expect(clients.flatMap(({ statuses }) => statuses)[0]).toBe(503);
  });
});

describe('sizes that contradict each other are config errors', () => {
  const target = 'https://mcp.example/mcp';
  test.each<[string, unknown, string[]]>([
    ['less in all than one body', { body: '2mb', total: '1mb' }, ['bodyLimit.total']],
    ['less for a caller than one body', { body: '2mb', perCaller: '1mb' }, ['bodyLimit.perCaller']],
    ['more for a caller than in all', { total: '8mb', perCaller: '9mb' }, ['bodyLimit.perCaller']],
    ['no size', { total: 'much' }, ['bodyLimit.total']],
    ['an unknown name', { perUser: '1mb' }, ['bodyLimit.perUser', 'bodyLimit']],
    ['nothing', {}, ['bodyLimit']],
  ])('%s', (_what, given, paths) => {
    const problems = problemsOf(() =>
      createMcpGateway({ target, bodyLimit: given } as unknown as GatewayConfig),
    );
    expect(new Set(problems.map(({ path }) => path))).toEqual(new Set(paths));
  });

  test.each<[string, BodyLimitOptions | string]>([
    ['a body over the defaults of the others', '500mb'],
    ['no limit for a body', { body: false }],
    ['none in all', { total: false }],
    ['none for a caller', { perCaller: false }],
    ['none at all', { body: false, total: false, perCaller: false }],
    ['less in all than the default for a caller', { total: '8mb' }],
    ['more for a caller than the default in all', { perCaller: '1gb' }],
  ])('%s is none', (_what, given) => {
    expect(() => createMcpGateway({ target, bodyLimit: given })).not.toThrow();
  });
});

import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import connect from 'connect';
import { type HeaderRules, injectHeaders, mcpProxy } from '../../src/index.ts';
import { exchange } from '../support/client/raw.ts';
import { startGateway } from '../support/gateway.ts';
import { testOnIpv6 } from '../support/ipv6.ts';
import { listenOn } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

interface Asked {
  /** The app's `trust proxy`. */
  readonly trust?: unknown;
  readonly headers?: HeaderRules;
}

const requestWith = (lines: readonly string[]) =>
  [
    'POST /mcp HTTP/1.1',
    'Host: x',
    'Connection: close',
    ...lines,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');

/** The lines about hops that the upstream gets, of a request from 127.0.0.1 with these lines. */
async function hopsOf(lines: readonly string[], { trust, headers }: Asked): Promise<string[]> {
  const upstream = await recordingUpstream();
  const { port } = await startGateway(
    { target: upstream.target, ...(headers && { headers }) },
    (app) => trust !== undefined && app.set('trust proxy', trust),
  );
  await exchange(port, requestWith(lines));
  return aboutHops(upstream.seen[0]?.rawHeaders ?? []);
}

function aboutHops(raw: readonly string[]): string[] {
  const fields = raw.flatMap((text, i) => (i % 2 === 0 ? [`${text}: ${raw[i + 1]}`] : []));
  return fields.filter((line) => /forwarded/i.test(line));
}

const SPOOFED = 'X-Forwarded-For: 203.0.113.9';
const FORWARD: HeaderRules = { forward: ['X-Forwarded-For'] };

describe('headers: X-Forwarded-For is appended to only from trusted hops', () => {
  test.each<[string, readonly string[], Asked, string[]]>([
    ['not forwarded unless named', [SPOOFED], { trust: true }, []],
    ['not by a wildcard', [SPOOFED], { trust: true, headers: { forward: ['*'] } }, []],
    ['begun where there is none', [], { headers: FORWARD }, ['127.0.0.1']],
    ['begun anew behind whom nobody trusts', [SPOOFED], { headers: FORWARD }, ['127.0.0.1']],
    [
      'begun anew by a proxy that is not among those trusted',
      [SPOOFED],
      { trust: '10.0.0.0/8', headers: FORWARD },
      ['127.0.0.1'],
    ],
    [
      'appended to from a proxy that is trusted',
      [SPOOFED],
      { trust: 'loopback', headers: FORWARD },
      ['203.0.113.9, 127.0.0.1'],
    ],
    [
      'begun where a trusted proxy has none',
      [],
      { trust: 'loopback', headers: FORWARD },
      ['127.0.0.1'],
    ],
    [
      'cut before what no trusted proxy vouches for',
      ['X-Forwarded-For: 1.1.1.1, 203.0.113.9, 10.0.0.7'],
      { trust: ['loopback', '10.0.0.0/8'], headers: FORWARD },
      ['203.0.113.9, 10.0.0.7, 127.0.0.1'],
    ],
    [
      'cut after as many proxies as there are',
      ['X-Forwarded-For: 1.1.1.1, 203.0.113.9'],
      { trust: 1, headers: FORWARD },
      ['203.0.113.9, 127.0.0.1'],
    ],
    [
      'whole where everybody is trusted',
      ['X-Forwarded-For: 1.1.1.1, 203.0.113.9', 'x-forwarded-for: 10.0.0.7'],
      { trust: true, headers: FORWARD },
      ['1.1.1.1, 203.0.113.9, 10.0.0.7, 127.0.0.1'],
    ],
    [
      'without what is no address, as a zone on IPv4 makes it',
      ['X-Forwarded-For: 203.0.113.9%1, unknown, 198.51.100.7, ::ffff:10.0.0.1%lo, fe80::1%eth0'],
      { trust: true, headers: FORWARD },
      ['198.51.100.7, fe80::1%eth0, 127.0.0.1'],
    ],
    [
      'one field, whatever other spellings came',
      [SPOOFED, 'X_Forwarded_For: 6.6.6.6', 'x-forwarded_for: 6.6.6.6'],
      {
        trust: 'loopback',
        headers: { forward: ['X-Forwarded-For', 'X_Forwarded_For', 'x-forwarded_for'] },
      },
      ['203.0.113.9, 127.0.0.1'],
    ],
    [
      'CVE-2025-48865: not nominated away',
      ['Connection: X-Forwarded-For', SPOOFED],
      { headers: FORWARD },
      ['127.0.0.1'],
    ],
  ])('%s', async (_, lines, asked, expected) => {
    expect(await hopsOf(lines, asked)).toEqual(
      expected.map((value) => `X-Forwarded-For: ${value}`),
    );
  });

  test('what set says holds instead', async () => {
    const headers: HeaderRules = {
      ...FORWARD,
      set: { 'x-forwarded-for': ({ ip }) => `own ${ip}` },
    };
    const lines = await hopsOf([SPOOFED], { trust: 'loopback', headers });
    expect(lines).toEqual(['x-forwarded-for: own 203.0.113.9']);
  });

  test('beside it, values of set arrive as well', async () => {
    const headers: HeaderRules = { ...FORWARD, set: { 'X-Is-Forwarded': async () => 'yes' } };
    const lines = await hopsOf([SPOOFED], { headers });
    expect(lines).toEqual(['X-Forwarded-For: 127.0.0.1', 'X-Is-Forwarded: yes']);
  });

  /** The same for an app on Connect that listens on `host`. */
  async function hopsInConnect(host: string): Promise<string[]> {
    const upstream = await recordingUpstream();
    const app = connect();
    app.use(injectHeaders(FORWARD));
    app.use(mcpProxy({ target: upstream.target }));
    await exchange(await listenOn(createServer(app), host), requestWith([SPOOFED]));
    return aboutHops(upstream.seen[0]?.rawHeaders ?? []);
  }

  test('without Express nobody is trusted', async () => {
    expect(await hopsInConnect('127.0.0.1')).toEqual(['X-Forwarded-For: 127.0.0.1']);
  });

  testOnIpv6('an IPv4 address is written as one by a socket for both families', async () => {
    expect(await hopsInConnect('::')).toEqual(['X-Forwarded-For: 127.0.0.1']);
  });
});

test('what another framework leaves in `ips` is nothing that trusted proxies vouch for', async () => {
  const upstream = await recordingUpstream();
  const app = connect();
  app.use((req, _res, next) => {
    Object.assign(req, { ips: ['127.0.0.1', '203.0.113.9'] });
    next();
  });
  app.use(injectHeaders(FORWARD));
  app.use(mcpProxy({ target: upstream.target }));
  await exchange(await listenOn(createServer(app)), requestWith([SPOOFED]));
  expect(aboutHops(upstream.seen[0]?.rawHeaders ?? [])).toEqual(['X-Forwarded-For: 127.0.0.1']);
});

test('a `trust proxy` that fails is an answer of the error table', async () => {
  const upstream = await recordingUpstream();
  const gateway = await startGateway({ target: upstream.target, headers: FORWARD }, (app) =>
    app.set('trust proxy', () => {
      throw new Error('no network map');
    }),
  );
  const { text } = await exchange(gateway.port, requestWith([]));
  expect(text).toMatch(/^HTTP\/1\.1 500 .*"reason":"internal_error"/s);
  expect(gateway.errors.map(({ reason }) => reason)).toEqual(['internal_error']);
  expect(upstream.seen).toEqual([]);
});

describe('CVE-2026-3635: one decision about trust for all fields that proxies write', () => {
  const LINES = [
    'X-Forwarded-Host: agents.example',
    'X-Forwarded-Proto: https',
    'Forwarded: for=203.0.113.9;proto=https',
  ];
  const headers: HeaderRules = { forward: LINES.map((line) => line.split(':')[0] as string) };

  test.each(['loopback', true, 1])('they pass from a proxy that is trusted: %j', async (trust) => {
    expect(await hopsOf(LINES, { trust, headers })).toEqual(LINES);
  });

  test.each(['10.0.0.0/8', false, undefined])('from nobody else: %j', async (trust) => {
    expect(await hopsOf(LINES, { trust, headers })).toEqual([]);
  });
});

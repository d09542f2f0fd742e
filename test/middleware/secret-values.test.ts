import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { accessLog, type GatewayConfig, type Observer } from '../../src/index.ts';
import { exchange } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { answering, rawUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const SECRET = 'upstream-k3y-5ecret';

/** Everything in a value, also what is not enumerable, as the texts that a log might make of it. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')];
  if (value === null || typeof value !== 'object' || seen.has(value)) return [];
  seen.add(value);
  return Reflect.ownKeys(value).flatMap((key) => [
    String(key),
    ...textsIn((value as Record<PropertyKey, unknown>)[key], seen),
  ]);
}

/** What a hostile or clumsy upstream answers, with the secret in places that are not its body. */
const ECHOES: [string, string][] = [
  ['in a field', `HTTP/1.1 200 OK\r\nX-Echo: ${SECRET}\r\nContent-Length: 0\r\n\r\n`],
  ['in the name of a field', `HTTP/1.1 200 OK\r\nX-${SECRET}: 1\r\nContent-Length: 0\r\n\r\n`],
  [
    'in the name of a field that clients need',
    `HTTP/1.1 200 OK\r\nMcp-${SECRET}: ${SECRET}\r\nContent-Length: 0\r\n\r\n`,
  ],
  ['in the reason phrase', `HTTP/1.1 200 ${SECRET}\r\nContent-Length: 0\r\n\r\n`],
  [
    'in the challenge',
    `HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer error="${SECRET}"\r\nContent-Length: 0\r\n\r\n`,
  ],
  [
    'in an early hint',
    `HTTP/1.1 103 Early Hints\r\nLink: <${SECRET}>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`,
  ],
  [
    'in a trailer',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Echo\r\n\r\n0\r\nX-Echo: ${SECRET}\r\n\r\n`,
  ],
  [
    'in a chunk extension',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0;a="${SECRET}"\r\n\r\n`,
  ],
  ['in a redirect', `HTTP/1.1 302 Found\r\nLocation: /${SECRET}\r\nContent-Length: 0\r\n\r\n`],
  ['in an upgrade', `HTTP/1.1 101 No\r\nUpgrade: ${SECRET}\r\nConnection: upgrade\r\n\r\n`],
  ['in place of a status line', `${SECRET}\r\n\r\n`],
  ['in a field name that is none', `HTTP/1.1 200 OK\r\n${SECRET} x: 1\r\n\r\n`],
  ['in a length that is none', `HTTP/1.1 200 OK\r\nContent-Length: ${SECRET}\r\n\r\n`],
  [
    'in a chunk size that is none',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${SECRET}\r\n`,
  ],
];

/** Ways to give it. */
const WAYS: [string, NonNullable<GatewayConfig['headers']>][] = [
  ['a constant', { set: { 'X-Api-Key': SECRET } }],
  ['an async value', { set: { 'X-Api-Key': async () => SECRET } }],
  ['a token', { set: { Authorization: `Bearer ${SECRET}` } }],
  ['a token of another scheme', { set: { Authorization: `ApiKey ${SECRET}` } }],
  [
    'a token in a field that is marked',
    { set: { 'X-Upstream': `Token ${SECRET}` }, secret: ['x-upstream'] },
  ],
  ['a token of another scheme in another field', { set: { 'X-Auth': `Custom ${SECRET}` } }],
  ['a cookie', { set: { Cookie: `theme=dark; session=${SECRET}` } }],
];

async function toldOf(config: GatewayConfig): Promise<string[]> {
  const lines: string[] = [];
  const errors: unknown[] = [];
  const logger = pino({}, { write: (text) => void lines.push(text) });
  const last = witness();
  // Some log all that they are told.
  const careless: Observer = {
    onRequest: (ctx) => logger.info({ ctx }),
    onDecision: (decision, ctx) => logger.info({ decision, ctx }),
    onClose: (record, ctx) => logger.info({ record, ctx }),
  };
  const gateway = await startGateway({
    ...config,
    observe: [accessLog(logger), careless, last],
    onError: (error, ctx) => {
      errors.push(error);
      logger.error({ error, ctx });
    },
  });
  const client = await exchange(gateway.port, rawRequest());
  await last.record();
  expect(lines).not.toEqual([]);
  return [
    client.text,
    ...lines,
    ...textsIn(last.calls.map(({ value }) => value)),
    ...errors.flatMap((error) => textsIn(error)),
  ];
}

/** What the process itself says, warnings of Node included. */
let written: string[];
const { write } = process.stderr;
beforeEach(() => {
  written = [];
  process.stderr.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
});
afterEach(() => {
  process.stderr.write = write;
});

describe.each(WAYS)('headers: a secret set as %s is in no answer, log or error', (_, headers) => {
  test.each(ECHOES)('where the upstream sends it back %s', async (_place, answer) => {
    const upstream = await rawUpstream((connection) => {
      answering(answer)(connection);
      void connection.has(/\r\n\r\n/).then(() => connection.socket.end());
    });
    const told = await toldOf({ target: upstream.target, headers });
    expect(upstream.connections[0]?.received).toContain(SECRET);
    expect([...told, ...written].filter((text) => text.includes(SECRET))).toEqual([]);
  });

  test.each<[string, GatewayConfig]>([
    ['cannot be reached', { target: 'http://127.0.0.1:1' }],
    ['speaks no TLS', { target: 'https://127.0.0.1:1' }],
  ])('where the upstream %s', async (_case, config) => {
    const told = await toldOf({ ...config, headers });
    expect([...told, ...written].filter((text) => text.includes(SECRET))).toEqual([]);
  });

  test('where the upstream does not answer', async () => {
    const upstream = await rawUpstream();
    const told = await toldOf({ target: upstream.target, headers, timeout: { response: 50 } });
    expect(upstream.connections[0]?.received).toContain(SECRET);
    expect([...told, ...written].filter((text) => text.includes(SECRET))).toEqual([]);
  });
});

test('the password of Basic credentials is a secret by itself', async () => {
  const encoded = Buffer.from(`gateway:${SECRET}`).toString('base64');
  const headers = { set: { Authorization: `Basic ${encoded}` } };
  for (const echoed of [SECRET, encoded]) {
    const answer = `HTTP/1.1 200 OK\r\nX-Echo: you are ${echoed}\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n`;
    const upstream = await rawUpstream(answering(answer));
    const [answered] = await toldOf({ target: upstream.target, headers });
    expect(answered).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answered).toContain('X-Kept: 1');
    expect(answered).not.toContain(echoed);
  }
});

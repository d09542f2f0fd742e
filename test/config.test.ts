import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import {
  bodyLimit,
  createMcpGateway,
  hardenServer,
  injectHeaders,
  mcpCors,
  mcpProxy,
} from '../src/index.ts';
import { pathsOf, problemsOf } from './support/config-error.ts';

const target = 'http://127.0.0.1:1/mcp';
const BY_USER = (): string => 'user';
const SEVERAL = [target, 'http://127.0.0.1:2/mcp'];
// biome-ignore lint/suspicious/noExplicitAny: these are mistakes a type checker would have caught.
const gateway = (config: any) => pathsOf(() => createMcpGateway(config));

describe('createMcpGateway refuses at construction', () => {
  test.each([
    ['nothing at all', undefined, ''],
    ['a list', [], ''],
    ['null for cors', { target, cors: null }, 'cors'],
    ['true for cors', { target, cors: true }, 'cors'],
    ['a pattern for an origin', { target, cors: { origin: /x/ } }, 'cors.origin'],
    ['a number of headers', { target, cors: { allowedHeaders: 5 } }, 'cors.allowedHeaders'],
    ['null for headers', { target, headers: null }, 'headers'],
    ['a list for headers.set', { target, headers: { set: ['a'] } }, 'headers.set'],
    ['null for headers.response', { target, headers: { response: null } }, 'headers.response'],
    ['null for hosts', { target, hosts: null }, 'hosts'],
    ['null for timeout', { target, timeout: null }, 'timeout'],
    ['null for use', { target, use: null }, 'use'],
    ['no target', {}, 'target'],
    ['a target that is no URL', { target: 'mcp.example' }, 'target'],
    ['a target of another protocol', { target: 'ftp://x/' }, 'target'],
    ['credentials in the target', { target: 'http://u:p@x/' }, 'target'],
    ['a fragment in the target', { target: 'http://x/#a' }, 'target'],
    ['a function of a request as target', { target: (_req: unknown) => 'http://x/' }, 'target'],
    ['a function of nothing as target', { target: () => 'http://x/' }, 'target'],
    ['an empty list as target', { target: [] }, 'target'],
    ['something else in the list of targets', { target: [target, 'b'] }, 'target[1]'],
    ['a handler in the list of targets', { target: [target, () => {}] }, 'target[1]'],
    ['credentials in the list of targets', { target: ['http://u:p@x/', target] }, 'target[0]'],
    ['no sessions for several targets', { target: SEVERAL, sessions: false }, 'sessions'],
    ['balance with one target', { target, balance: BY_USER }, 'balance'],
    ['balance that is no function', { target: SEVERAL, balance: 'user' }, 'balance'],
    ['balance with a list of one', { target: [target, target], balance: BY_USER }, 'balance'],
    [
      'fewer streams of the older transport than targets',
      {
        target: SEVERAL,
        legacySse: { path: '/s', messagePath: '/m', target: 'http://127.0.0.1:1/s' },
      },
      'legacySse.target',
    ],
    ['a name that is no text', { target, name: 5 }, 'name'],
    ['a path without a slash', { target, path: 'mcp' }, 'path'],
    ['a path with a query', { target, path: '/mcp?a' }, 'path'],
    ['a publicUrl that is no URL', { target, publicUrl: 'gateway.example' }, 'publicUrl'],
    ['false for methods: bodies on GET would go unchecked', { target, methods: false }, 'methods'],
    ['methods for cors', { target, cors: { methods: ['PUT'] } }, 'cors.methods'],
    ['null for an origin', { target, cors: { origin: null } }, 'cors.origin'],
    [
      "'null' with credentials",
      { target, cors: { origin: 'null', credentials: true } },
      'cors.origin',
    ],
    ['a hole in a list', { target, methods: Array(1) }, 'methods[0]'],
    ['a path that no request can have', { target, path: '/mé' }, 'path'],
    ['credentials in publicUrl', { target, publicUrl: 'https://u:p@x/' }, 'publicUrl'],
    ['a Map of headers', { target, headers: { set: new Map([['X-Key', 'a']]) } }, 'headers.set'],
    ['Headers', { target, headers: { set: new Headers({ 'X-Key': 'a' }) } }, 'headers.set'],
    [
      'a value without a text',
      { target, headers: { set: { 'X-Key': Object.create(null) } } },
      'headers.set.X-Key',
    ],
    ['another engine', { target, engine: 'fetch' }, 'engine'],
    ['an engine named like a property of every object', { target, engine: 'toString' }, 'engine'],
    ['another method', { target, methods: ['PUT'] }, 'methods[0]'],
    ['no method', { target, methods: [] }, 'methods'],
    ['a duration without a unit', { target, timeout: { connect: '5' } }, 'timeout.connect'],
    ['a negative duration', { target, timeout: { idle: -1 } }, 'timeout.idle'],
    ['a duration no timer can hold', { target, timeout: { stream: '30d' } }, 'timeout.stream'],
    ['NaN', { target, timeout: { response: Number.NaN } }, 'timeout.response'],
    ['a size with another unit', { target, bodyLimit: '1 mile' }, 'bodyLimit'],
    ['true for a size', { target, bodyLimit: true }, 'bodyLimit'],
    ["'*' for an origin", { target, cors: { origin: '*' } }, 'cors.origin'],
    ['an origin with a slash', { target, cors: { origin: ['https://a/'] } }, 'cors.origin[0]'],
    [
      'an origin with a default port',
      { target, cors: { origin: ['https://a:443'] } },
      'cors.origin[0]',
    ],
    ['an origin in capitals', { target, cors: { origin: ['https://A'] } }, 'cors.origin[0]'],
    ['a host with a scheme', { target, hosts: ['https://a'] }, 'hosts[0]'],
    ['no host', { target, hosts: [] }, 'hosts'],
    [
      'a secret that is not there',
      { target, headers: { set: { 'X-Key': undefined } } },
      'headers.set.X-Key',
    ],
    [
      'a value with a line end',
      { target, headers: { set: { 'X-Key': 'a\nb' } } },
      'headers.set.X-Key',
    ],
    ['a name with a blank', { target, headers: { set: { 'X Key': 'a' } } }, 'headers.set.X Key'],
    ['a wildcard in the middle', { target, headers: { forward: ['X-*-Y'] } }, 'headers.forward[0]'],
    [
      'a prefix of fields that need full names',
      { target, headers: { forward: ['X-Forwarded-*'] } },
      'headers.forward[0]',
    ],
    ['something in use that is no function', { target, use: ['auth'] }, 'use[0]'],
    ['an onError that is no function', { target, onError: true }, 'onError'],
  ])('%s', (_, config, path) => {
    expect(gateway(config)).toEqual([path]);
  });

  test.each([
    'Host',
    'Content-Length',
    'content_length',
    'Transfer-Encoding',
    'Connection',
    'Upgrade',
    'TE',
    'Expect',
    'Trailer',
    'Keep-Alive',
    'Proxy-Authorization',
  ])('%s among the headers to set, forward, remove or answer with: it frames or routes', (name) => {
    expect(gateway({ target, headers: { set: { [name]: 'a' } } })).toHaveLength(1);
    expect(gateway({ target, headers: { forward: [name] } })).toHaveLength(1);
    expect(gateway({ target, headers: { remove: [name] } })).toHaveLength(1);
    expect(gateway({ target, headers: { response: { set: { [name]: 'a' } } } })).toHaveLength(1);
    expect(gateway({ target, headers: { response: { remove: [name] } } })).toHaveLength(1);
  });

  test('one header set twice, in two spellings', () => {
    const set = { 'X-Api-Key': 'a', X_API_KEY: 'b' };
    expect(gateway({ target, headers: { set } })).toEqual(['headers.set.X_API_KEY']);
  });

  test('of several names each has its own path', () => {
    const forward = ['bad name', 'X-Fine', 'x*y', 'Host'];
    expect(gateway({ target, headers: { forward } })).toEqual([
      'headers.forward[0]',
      'headers.forward[2]',
      'headers.forward[3]',
    ]);
  });

  test('every mistake at once, each with its path', () => {
    const config = {
      targt: target,
      timeout: { conect: '5s', idle: 'soon' },
      cors: { origin: ['x'], credentials: 'yes' },
      bodyLimit: {},
    };
    expect(new Set(gateway(config))).toEqual(
      new Set([
        'bodyLimit',
        'cors.credentials',
        'cors.origin[0]',
        'target',
        'targt',
        'timeout.conect',
        'timeout.idle',
      ]),
    );
  });

  test.each([
    ['bodylimit', 'bodyLimit'],
    ['body_limit', 'bodyLimit'],
    ['header', 'headers'],
    ['host', 'hosts'],
    ['onerror', 'onError'],
  ])('an unknown option %s names the one probably meant, %s', (given, meant) => {
    expect(problemsOf(() => createMcpGateway({ target, [given]: 1 }))).toEqual([
      expect.objectContaining({
        path: given,
        expected: expect.stringMatching(`^(use )?${meant}\\b`),
      }),
    ]);
  });

  test('the message shows the path, what was given and what is expected', () => {
    expect(() => createMcpGateway({ target, bodyLimit: '1 mile' })).toThrow(
      /bodyLimit: given "1 mile"; expected .*'4mb'/,
    );
  });

  test.each([
    { target: 'http://user:hunter2secret@x/' },
    { target: 'ftp://user:hunter2secret@x/' },
    { target: 'user:hunter2secret@x' },
    { target, publicUrl: 'https://user:hunter2secret@x/?a' },
    { target, headers: 'X-Api-Key: hunter2secret' },
    { target, headers: { set: 'X-Api-Key: hunter2secret' } },
    { target, headers: { set: { 'X-Key': 'hunter2secret\n' } } },
    { target, headers: { response: { set: { 'X-Key': 'hunter2secret\n' } } } },
  ])('a secret is not in the message', (config) => {
    expect(() => createMcpGateway(config as never)).toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining('hunter2secret'),
      }),
    );
  });
});

describe('a mistake in timeout.calls names its path', () => {
  const good = { match: { name: 'export_*' }, response: '10m' };

  test.each<[path: string, calls: unknown]>([
    ['timeout.calls', []],
    ['timeout.calls', null],
    ['timeout.calls', true],
    ['timeout.calls', 'export_*'],
    ['timeout.calls', good],
    ['timeout.calls[1]', [good, null]],
    ['timeout.calls[0]', Array(1)],
    ['timeout.calls[0].match', [{ response: '10m' }]],
    ['timeout.calls[0].match', [{ ...good, match: {} }]],
    ['timeout.calls[0].match', [{ ...good, match: 'export_*' }]],
    ['timeout.calls[0].match', [{ ...good, match: () => true }]],
    ['timeout.calls[0].match.tool', [{ ...good, match: { name: 'a', tool: 'a' } }]],
    ['timeout.calls[0].match.name', [{ ...good, match: { name: '' } }]],
    ['timeout.calls[0].match.name', [{ ...good, match: { name: [] } }]],
    ['timeout.calls[0].match.name[1]', [{ ...good, match: { name: ['a', 1] } }]],
    ['timeout.calls[0].match.method', [{ ...good, match: { method: /tools/ } }]],
    // What could never match is no entry.
    ['timeout.calls[0].match.method', [{ ...good, match: { method: 'tools/list', name: 'a' } }]],
    ['timeout.calls[1].response', [good, { match: good.match }]],
    ['timeout.calls[1].response', [good, { ...good, response: '10' }]],
    ['timeout.calls[1].response', [good, { ...good, response: 0 }]],
    ['timeout.calls[1].response', [good, { ...good, response: true }]],
    ['timeout.calls[1].response', [good, { ...good, response: '30d' }]],
    ['timeout.calls[0].idle', [{ ...good, idle: '1s' }]],
  ])('%s', (path, calls) => {
    expect(gateway({ target, timeout: { calls } })).toEqual([path]);
  });

  test('all of them at once, beside those of the other timers', () => {
    const calls = [{ ...good, response: 'soon' }, { response: 5 }];
    expect(new Set(gateway({ target, timeout: { calls, idle: 'x' } }))).toEqual(
      new Set(['timeout.idle', 'timeout.calls[0].response', 'timeout.calls[1].match']),
    );
  });

  test.each<[calls: unknown]>([
    [undefined],
    [false],
    [[good]],
    [[good, { match: { method: '*' }, response: false }]],
    [[{ match: { method: ['tools/*', 'ping'], name: ['a', 'b*'] }, response: 1 }]],
  ])('%j is none', (calls) => {
    expect(gateway({ target, timeout: { calls } })).toEqual([]);
  });

  test('mcpProxy reads no message, and says what does', () => {
    const timeout = { calls: [good] };
    expect(problemsOf(() => mcpProxy({ target, timeout } as never))).toEqual([
      expect.objectContaining({
        path: 'timeout.calls',
        given: 'an array',
        expected: expect.stringContaining('createMcpGateway'),
      }),
    ]);
    expect(problemsOf(() => mcpProxy({ target, timeout: { calls: false } } as never))).toEqual([]);
  });
});

test('false switches every part off', () => {
  const off = {
    timeout: false,
    heartbeat: false,
    publicUrl: false,
    onError: false,
    cors: false,
    hosts: false,
    headers: false,
    bodyLimit: false,
    use: false,
  };
  expect(gateway({ target, ...off })).toEqual([]);
});

describe('à la carte, the path is the option itself', () => {
  // biome-ignore lint/suspicious/noExplicitAny: mistakes again.
  const wrong = (value: unknown) => value as any;
  test.each([
    ['mcpProxy', () => mcpProxy(wrong({ targets: 'x' })), ['target', 'targets']],
    ['mcpProxy without options', () => mcpProxy(wrong(undefined)), ['']],
    ['mcpCors', () => mcpCors({ origin: 'a' }), ['origin']],
    ['bodyLimit', () => bodyLimit('much'), ['']],
    ['injectHeaders', () => injectHeaders({ set: { Host: 'a' } }), ['set.Host']],
    ['hardenServer without a server', () => hardenServer(wrong(undefined)), ['server']],
    [
      'hardenServer',
      () => hardenServer(createServer(), { headersTimeout: 'x' }),
      ['headersTimeout'],
    ],
  ])('%s', (_, build, paths) => {
    expect(new Set(pathsOf(build))).toEqual(new Set(paths));
  });
});

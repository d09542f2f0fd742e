import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../../src/command/arguments.ts';
import { krakend } from '../../src/command/inputs/krakend.ts';
import { toGatewayConfigs } from '../../src/exports/krakend.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { base, SERVICE, VALIDATOR, withValue } from './support/base.ts';
import { outcomeOf, said } from './support/outcome.ts';
import { CALL, start } from './support/start.ts';

const HOSTS = [...SERVICE, 'server/virtualhost'];
const AT = 'extra_config["server/virtualhost"]';
const LIST = ['a.example', 'B.example:8080', '[::1]:9000'];

type Json = { readonly endpoints: readonly object[] };

/** One endpoint for each path, which goes upstream under its own name. */
function documentWith(paths: Readonly<Record<string, object>>, host?: string): object {
  const [endpoint] = (base(host) as Json).endpoints;
  const endpoints = Object.entries(paths).map(([path, more], i) => ({
    ...endpoint,
    endpoint: path,
    backend: [{ url_pattern: `/${i}`, host: [host ?? 'http://127.0.0.1:9999'] }],
    ...more,
  }));
  return withValue({ version: 3, endpoints }, HOSTS, { hosts: LIST });
}

const CLOSED = { extra_config: { 'validation/cel': [{ check_expr: 'false' }] } };

async function served(paths: Readonly<Record<string, object>>, change = (own: object) => own) {
  const upstream = await recordingUpstream();
  const own = await start(change(documentWith(paths, `http://${upstream.host}`)));
  /** Sends lines as they are; gives the status, and what of the upstream was asked. */
  const raw = async (line: string, host: string | undefined, version = '1.1') => {
    const socket = connect(own.port, '127.0.0.1');
    await once(socket, 'connect');
    const head = [
      `${line} HTTP/${version}`,
      ...(host === undefined ? [] : [`Host: ${host}`]),
      'Connection: close',
      'Content-Type: application/json',
      'Accept: application/json, text/event-stream',
      `Content-Length: ${CALL.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${CALL}`);
    const before = upstream.seen.length;
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(await text(socket)) ?? [];
    return [Number(status), upstream.seen[before]?.url];
  };
  return { ...own, upstream, raw };
}

const THREE = {
  '/__virtual/a.example/mcp': {},
  '/__virtual/B.example:8080/mcp': {},
  '/__virtual/[::1]:9000/mcp': {},
  '/mcp': {},
};

describe('a request meets the endpoint of its host', () => {
  test.each<[host: string | undefined, status: number, path: string | undefined]>([
    ['a.example', 200, '/0'],
    ['A.EXAMPLE', 200, '/0'],
    ['a.example:80', 200, '/0'],
    ['a.example:443', 200, '/0'],
    ['a.example:8080', 200, '/3'],
    ['b.example:8080', 200, '/1'],
    ['b.example', 200, '/3'],
    ['[::1]:9000', 200, '/2'],
    ['[::1]', 200, '/3'],
    ['other.example', 200, '/3'],
    ['__virtual', 200, '/3'],
    // The gateway compares names as they are written.
    ['a.example.', 403, undefined],
    ['a.example:080', 200, '/3'],
    ['evil@a.example', 200, '/3'],
    ['a.example/mcp', 200, '/3'],
    ['', 200, '/3'],
  ])('%s: %i %s', async (host, status, path) => {
    const { raw } = await served(THREE);
    expect(await raw('POST /mcp', host)).toEqual([status, path]);
  });

  test('as one without a host is one of the others', async () => {
    const { raw } = await served(THREE);
    expect(await raw('POST /mcp', undefined, '1.0')).toEqual([200, '/3']);
  });

  test.each<[target: string, host: string, status: number, path: string | undefined]>([
    ['http://a.example/mcp', 'a.example', 200, '/0'],
    ['http://A.example:80/mcp', 'a.example', 200, '/0'],
    ['http://a.example/mcp', 'other.example', 404, undefined],
    ['http://other.example/mcp', 'a.example', 404, undefined],
    ['HTTP://b.example:8080/mcp', 'b.example:8080', 200, '/1'],
  ])('with the whole URL %s and the host %s: %i %s', async (target, host, status, path) => {
    const { raw } = await served(THREE);
    expect(await raw(`POST ${target}`, host)).toEqual([status, path]);
  });
});

test.each(['a.example', 'other.example'])(
  'what stands for a host in a path is never asked for directly: %s',
  async (host) => {
    const { raw, upstream } = await served(THREE);
    for (const path of ['/__virtual/a.example/mcp', '/__virtual/[::1]:9000/mcp']) {
      expect((await raw(`POST ${path}`, host))[0]).toBe(404);
    }
    expect(upstream.seen).toHaveLength(0);
  },
);

test('hosts see no endpoints of each other, nor of the others', async () => {
  const { raw } = await served({
    '/__virtual/a.example/one/{name}': {},
    '/__virtual/B.example:8080/one/x': CLOSED,
    '/two': {},
  });
  expect(await raw('POST /one/x', 'a.example')).toEqual([200, '/0']);
  expect(await raw('POST /one/x', 'b.example:8080')).toEqual([403, undefined]);
  expect(await raw('POST /one/y', 'b.example:8080')).toEqual([404, undefined]);
  expect(await raw('POST /one/x', '[::1]:9000')).toEqual([404, undefined]);
  expect(await raw('POST /two', 'a.example')).toEqual([404, undefined]);
  expect(await raw('POST /two', 'other.example')).toEqual([200, '/2']);
});

test('aliases stand for hosts', async () => {
  const { raw, gateways } = await served({ '/__virtual/users/mcp': {}, '/mcp': {} }, (own) =>
    withValue(own, HOSTS, { aliased_hosts: { users: 'users.example:9000' } }),
  );
  expect(await raw('POST /mcp', 'users.example:9000')).toEqual([200, '/0']);
  expect(await raw('POST /mcp', 'users.example')).toEqual([200, '/1']);
  expect(gateways.map(({ path, host }) => [path, host])).toEqual([
    ['/mcp', 'users.example:9000'],
    ['/mcp', undefined],
  ]);
});

test('allowed hosts hold for each of them', async () => {
  const http = [...SERVICE, 'security/http'];
  const allowed = (hosts: readonly string[]) => (own: object) =>
    withValue(own, http, { allowed_hosts: hosts });
  const { raw } = await served(THREE, allowed(['a.example', 'b.example', '[::1]']));
  expect(await raw('POST /mcp', 'a.example')).toEqual([200, '/0']);
  expect(await raw('POST /mcp', 'other.example')).toEqual([403, undefined]);
  const { problems } = outcomeOf(allowed(['other.example'])(documentWith(THREE)));
  expect(said(problems, 'extra_config["security/http"].allowed_hosts')).toMatch(/a\.example/);
});

test('options say for which host they are', () => {
  const document = documentWith(THREE);
  const configs = toGatewayConfigs(document).map(({ path, host, config }) => [
    path,
    host,
    config.hosts,
  ]);
  expect(configs).toEqual([
    ['/mcp', 'a.example', ['a.example']],
    ['/mcp', 'b.example:8080', ['b.example:8080']],
    ['/mcp', '[::1]:9000', ['[::1]:9000']],
    ['/mcp', undefined, undefined],
  ]);
  const warnings: string[] = [];
  toGatewayConfigs(document, { onWarning: ({ message }) => warnings.push(message) });
  expect(warnings.join()).toMatch(/mount it where the Host is a\.example/);
});

test('metadata is told of the host of publicUrl alone', async () => {
  const extra_config = { 'auth/validator': VALIDATOR };
  const document = documentWith({
    '/__virtual/a.example/mcp': { extra_config },
    '/__virtual/B.example:8080/mcp': { extra_config },
  });
  const { ask, warnings } = await start(document, { publicUrl: 'https://a.example' });
  const challenge = async (host: string) =>
    (await ask({ headers: { host } })).headers['www-authenticate'];
  expect(await challenge('a.example')).toMatch(/resource_metadata="https:\/\/a\.example\//);
  expect(await challenge('b.example:8080')).not.toMatch(/resource_metadata/);
  expect(warnings.map(({ message }) => message).join()).toMatch(/not about b\.example:8080/);
});

test('no program is printed for several hosts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'virtual-hosts-'));
  const file = join(folder, 'krakend.json');
  writeFileSync(file, JSON.stringify(documentWith(THREE)));
  const { print } = await krakend.open(file, readArguments([file, '--print']));
  rmSync(folder, { recursive: true });
  expect(() => print?.()).toThrow(/one document for each/);
});

test('says what hosts do not protect', () => {
  const { warnings } = outcomeOf(documentWith(THREE));
  expect(said(warnings, AT)).toMatch(/any client can write any Host/);
});

describe('is refused', () => {
  test.each<[what: string, values: object, at: string, message: RegExp]>([
    ['without hosts', {}, AT, /either hosts or/],
    ['with both', { hosts: ['a'], aliased_hosts: { a: 'a' } }, AT, /either hosts or/],
    ['with no host', { hosts: [] }, `${AT}.hosts`, /write the hosts/],
    ['with a URL', { hosts: ['https://a.example'] }, `${AT}.hosts[0]`, /write a host/],
    ['with a pattern', { hosts: ['*.example'] }, `${AT}.hosts[0]`, /write a host/],
    ['with a host twice', { hosts: ['a', 'A:80'] }, `${AT}.hosts[1]`, /twice/],
    ['with a number', { aliased_hosts: { a: 1 } }, `${AT}.aliased_hosts.a`, /write a host/],
    ['with an alias', { aliased_hosts: { 'A-b': 'a' } }, `${AT}.aliased_hosts["A-b"]`, /an alias/],
  ])('%s', (_what, values, at, message) => {
    expect(said(outcomeOf(withValue(base(), HOSTS, values)).problems, at)).toMatch(message);
  });

  test.each(['/__virtual/c.example/mcp', '/__virtual', '/__virtual/', '__virtual/users/mcp'])(
    'the path %s, which is of no host of the list',
    (path) => {
      const { problems } = outcomeOf(documentWith({ [path]: {} }));
      expect(said(problems, 'endpoints[0].endpoint')).toMatch(/has no/);
    },
  );

  test('the same path twice for one host', () => {
    const { problems } = outcomeOf(
      withValue(documentWith({ '/__virtual/a/mcp': {}, '/__virtual/b/mcp': {} }), HOSTS, {
        aliased_hosts: { a: 'a.example', b: 'A.example:443' },
      }),
    );
    expect(said(problems, `${AT}.aliased_hosts.b`)).toMatch(/twice/);
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toGatewayConfigs } from '../../src/exports/krakend.ts';
import { exchange } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { BACKEND, BACKEND_EXTRA, ENDPOINT, EXTRA } from './support/base.ts';
import { outcomeOf } from './support/outcome.ts';
import { type Change, changed, runningWith, tokenIssuer } from './support/running.ts';
import { CALL, start } from './support/start.ts';

const at = (endpoint: string, pattern: string): readonly Change[] => [
  [[...ENDPOINT, 'endpoint'], endpoint],
  [[...BACKEND, 'url_pattern'], pattern],
];

async function running(changes: readonly Change[]) {
  const own = await runningWith(changes);
  return { ...own, seen: () => own.upstream.seen.map(({ url }) => url) };
}

/** Sends these bytes as the target of a request. */
async function raw(port: number, path: string): Promise<number[]> {
  const request = rawRequest({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: CALL,
  });
  return (await exchange(port, request)).statuses;
}

const SEGMENT = /^\/up\/((?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+)\/mcp\?k=v$/;

describe('a value of a parameter stays in its segment', () => {
  test.each<[written: string, tenant?: string | undefined]>([
    ['acme', 'acme'],
    ['a%20b', 'a b'],
    ['%C3%A9', 'é'],
    ['a;b=c', 'a;b=c'],
    ['a%3Fb', 'a?b'],
    ['a%23b', 'a#b'],
    ['a%2Fb', 'a/b'],
    ['a%26b=c', 'a&b=c'],
    ['{tenant}', '{tenant}'],
    ['%7BJWT.sub%7D', '{JWT.sub}'],
    ['..', undefined],
    ['.', undefined],
    ['%2e%2e', undefined],
    ['.%2E', undefined],
    ['%252e%252e', undefined],
    ['..%2f', undefined],
    ['..%5c', undefined],
    ['a%2f..%2fadmin', undefined],
    ['..;a', undefined],
    ['..%3b', undefined],
    ['', undefined],
    ['%00', undefined],
    ['a%0d%0aX-Evil:%201', undefined],
    ['a%250d%250a', undefined],
    ['%7f', undefined],
    ['%ff', undefined],
    ['%c0%ae%c0%ae', undefined],
    ['%ed%a0%80', undefined],
    ['%', undefined],
    ['%zz', undefined],
    ['a/b', undefined],
    ['a?b', undefined],
    ['a#b', undefined],
    ['\u00e9', undefined],
    ['a\tb', undefined],
    ['a\0b', undefined],
  ])('%j', async (written, tenant) => {
    const { port, seen } = await running(at('/t/{tenant}/mcp', '/up/{tenant}/mcp?k=v'));
    const [status = 0] = await raw(port, `/t/${written}/mcp`);
    const heard = seen().map((url) => decodeURIComponent(SEGMENT.exec(url)?.[1] ?? '%'));
    expect(heard).toEqual(tenant === undefined ? [] : [tenant]);
    if (tenant === undefined) expect([400, 404]).toContain(status);
    else expect(status).toBe(200);
  });

  test('whatever bytes a client writes there', async () => {
    const { port, upstream, seen } = await running(at('/t/{tenant}/mcp', '/up/{tenant}/mcp?k=v'));
    const pieces = fc.constantFrom(
      ...['.', '..', '/', '\\', '%', '%2e', '%2E', '%2f', '%5c', '%25', '%00', '%0a', '%ff', ';'],
      ...['?', '#', '@', ':', '&', '=', 'a', 'é', '\u0001', '{', '}', '%c3%a9', '%c0%af'],
    );
    const written = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(written, async (text) => {
        upstream.seen.length = 0;
        const [status = 0] = await raw(port, `/t/${text}/mcp`);
        for (const url of seen()) {
          const tenant = decodeURIComponent(SEGMENT.exec(url)?.[1] ?? '..');
          expect(tenant).not.toMatch(/^\.{0,2}$|\p{Cc}/u);
          expect(status).toBe(200);
        }
        if (seen().length === 0) expect([400, 404]).toContain(status);
      }),
      { numRuns: 150, seed: 16 },
    );
  });
});

describe('names of parameters', () => {
  test.each<[endpoint: string, pattern: string, asked: string, url: string]>([
    ['/{org-id}/mcp', '/x/{org-id}', '/a%20b/mcp', '/x/a%20b'],
    ['/{a_b}/{c-d}', '/{c-d}/{a_b}', '/1/2', '/2/1'],
    ['/{1st}/mcp', '/{1st}', '/x/mcp', '/x'],
    ['/{Tenant}/mcp', '/u-{Tenant}.json', '/x/mcp', '/u-x.json'],
    ['/{t}/mcp', '/mcp?tenant={t}&k=v', '/a&k=w/mcp', '/mcp?tenant=a%26k%3Dw&k=v'],
  ])('%s to %s', async (endpoint, pattern, asked, url) => {
    const { ask, seen } = await running(at(endpoint, pattern));
    expect((await ask({ path: asked })).status).toBe(200);
    expect(seen()).toEqual([url]);
  });

  test('with a hyphen tell clients apart, and stand in expressions', async () => {
    const { ask } = await running([
      ...at('/{org-id}/mcp', '/mcp'),
      [
        [...EXTRA, 'qos/ratelimit/router'],
        { client_max_rate: 1, client_capacity: 1, every: '1h', strategy: 'param', key: 'org-id' },
      ],
      [[...EXTRA, 'validation/cel'], [{ check_expr: "req_params['Org-id'] != 'bad'" }]],
    ]);
    const statuses = [];
    for (const path of ['/a/mcp', '/a/mcp', '/b/mcp', '/bad/mcp']) {
      statuses.push((await ask({ path })).status);
    }
    expect(statuses).toEqual([200, 429, 200, 403]);
  });
});

describe('a claim in the URL of the backend', () => {
  async function guarded(pattern: string, others: readonly Change[] = []) {
    const issuer = await tokenIssuer();
    const own = await running([
      ...at('/t/{tenant}/mcp', pattern),
      [[...EXTRA, 'auth/validator'], issuer.validator],
      ...others,
    ]);
    return {
      ...own,
      async as(claims: object, path = '/t/acme/mcp') {
        return own.ask({ path, headers: { authorization: await issuer.bearer(claims) } });
      },
    };
  }

  test.each<[pattern: string, claims: object, url: string]>([
    ['/u/{JWT.sub}/mcp', {}, '/u/ada/mcp'],
    ['/{tenant}/u-{JWT.sub}?org={JWT.org}', { org: 'a&b=c' }, '/acme/u-ada?org=a%26b%3Dc'],
    ['/u/{JWT.sub}', { sub: 'a?x=1#y/z;w' }, '/u/a%3Fx%3D1%23y%2Fz%3Bw'],
    ['/u/{JWT.org-id}', { 'org-id': 7 }, '/u/7'],
    ['/u/{JWT.sub}', { sub: '{tenant}' }, '/u/%7Btenant%7D'],
  ])('%s with %j', async (pattern, claims, url) => {
    const { as, seen } = await guarded(pattern);
    expect((await as(claims)).status).toBe(200);
    expect(seen()).toEqual([url]);
  });

  test.each<[claims: object]>([
    [{}],
    [{ org: '' }],
    [{ org: '..' }],
    [{ org: 'a/../b' }],
    [{ org: '%2e%2e' }],
    [{ org: 'a\r\nb' }],
    [{ org: ['a'] }],
    [{ org: null }],
  ])('of a token with %j goes nowhere', async (claims) => {
    const { as, seen } = await guarded('/u/{JWT.org}/mcp');
    expect((await as(claims)).status).toBe(403);
    expect(seen()).toEqual([]);
  });

  test('goes nowhere without a token', async () => {
    const { ask, seen } = await guarded('/u/{JWT.sub}/mcp');
    expect((await ask({ path: '/t/acme/mcp' })).status).toBe(401);
    expect(seen()).toEqual([]);
  });

  test('is in what a modifier puts into a header as the URL', async () => {
    const stash = { 'stash.Modifier': { scope: ['request'], headerName: 'X-Url' } };
    const { as, upstream } = await guarded('/u/{JWT.sub}', [
      [[...BACKEND_EXTRA, 'modifier/martian'], stash],
    ]);
    await as({ sub: 'a b' });
    expect(upstream.seen[0]?.headers['x-url']).toBe(`http://${upstream.host}/u/a%20b`);
  });

  test('is worth a warning, because KrakenD sends it as it is', async () => {
    const { warnings } = await guarded('/u/{JWT.sub}/mcp');
    expect(warnings.map(({ message }) => message).join('\n')).toMatch(/\{JWT.sub\} is one segment/);
  });
});

describe('hosts', () => {
  const targetOf = (...changes: readonly Change[]) =>
    toGatewayConfigs(changed(changes))[0]?.config.target;
  const host = (...hosts: string[]): Change => [[...BACKEND, 'host'], hosts];
  const raw: Change = [[...BACKEND, 'disable_host_sanitize'], true];
  const pattern = (text: string): Change => [[...BACKEND, 'url_pattern'], text];

  test.each<[changes: readonly Change[], target: unknown]>([
    [[host('mcp.internal:8080')], 'http://mcp.internal:8080/mcp'],
    [[host('mcp.internal')], 'http://mcp.internal/mcp'],
    [[host('my_host:8080/')], 'http://my_host:8080/mcp'],
    [[host('https://mcp.internal/')], 'https://mcp.internal/mcp'],
    [[host('http://a.example/base/'), raw], 'http://a.example/base/mcp'],
    [[host('http://[::1]:8080'), raw], 'http://[::1]:8080/mcp'],
    [
      [host('a.example', 'a.example', 'b.example')],
      ['http://a.example/mcp', 'http://a.example/mcp', 'http://b.example/mcp'],
    ],
    [[host('a.example'), pattern('mcp')], 'http://a.example/mcp'],
    [[host('a.example'), pattern('/mcp?b=2&a=1')], 'http://a.example/mcp?b=2&a=1'],
    [[host('a.example'), [[...BACKEND, 'url_pattern'], undefined]], 'http://a.example/'],
    [[host(), [['host'], ['root.example']]], 'http://root.example/mcp'],
  ])('%j', (changes, target) => {
    expect(targetOf(...changes)).toEqual(target);
  });

  test('one that stands in the list twice gets twice as much', async () => {
    const [one, other] = [await recordingUpstream(), await recordingUpstream()];
    const own = await start(changed([host(one.host, one.host, one.host, one.host, other.host)]));
    for (let n = 0; n < 60; n += 1) await own.ask({});
    expect(other.seen.length).toBeLessThan(one.seen.length);
    expect(one.seen.length + other.seen.length).toBe(60);
  });

  test.each<[hosts: string[], raw: boolean]>([
    [['http://a.example/base'], false],
    [['http://[::1]:8080'], false],
    [['http://a b'], false],
    [['http://u:p@a.example'], true],
    [['http://a.example?x=1'], true],
    [['http://a.example#x'], true],
    [['ftp://a.example'], true],
    [['http://{tenant}.example'], true],
    [['http://a.example/{tenant}'], true],
  ])('%j is refused', (hosts, isRaw) => {
    const changes = isRaw ? [host(...hosts), raw] : [host(...hosts)];
    const { problems } = outcomeOf(changed(changes));
    expect(problems.map(({ message }) => message).join()).toMatch(/does not start with this host/);
  });
});

describe('the query of the client', () => {
  test.each<[listed: string[], second: string[] | undefined, asked: string, url: string]>([
    [[], undefined, '?a=1', '/mcp?k=v'],
    [['a'], undefined, '?a=1&A=2&b=3', '/mcp?k=v&a=1'],
    [['a', 'b'], ['b', 'c'], '?a=1&b=2&c=3', '/mcp?k=v&b=2'],
    [['a'], ['*'], '?a=1&b=2', '/mcp?k=v&a=1'],
    [['k', 'K'], undefined, '?k=theirs&K=theirs', '/mcp?k=v'],
    [['a'], undefined, '?%61=1&a=2&a%20=3', '/mcp?k=v&%61=1&a=2'],
    [['a'], undefined, '?a[]=1&a.b=2', '/mcp?k=v'],
  ])('with %j and %j, %s', async (listed, second, asked, url) => {
    const { ask, seen } = await running([
      [[...ENDPOINT, 'input_query_strings'], listed],
      [[...BACKEND, 'url_pattern'], '/mcp?k=v'],
      ...(second === undefined ? [] : [[[...BACKEND, 'input_query_strings'], second] as const]),
    ]);
    expect((await ask({ path: `/mcp${asked}` })).status).toBe(200);
    expect(seen()).toEqual([url]);
  });
});

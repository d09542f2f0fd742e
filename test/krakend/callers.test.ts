import { describe, expect, test } from '@jest/globals';
import { MemoryStore } from 'express-rate-limit';
import { recordingUpstream } from '../support/upstream.ts';
import { BACKEND, base, ENDPOINT, EXTRA, pathOf, SERVICE, withValue } from './support/base.ts';
import { outcomeOf, said } from './support/outcome.ts';
import { runningWith } from './support/running.ts';
import { start } from './support/start.ts';

const LIMIT = [...EXTRA, 'qos/ratelimit/router'];
const byHeader = (key: string) => ({
  client_max_rate: 1,
  client_capacity: 1,
  every: '1h',
  strategy: 'header',
  key,
});

describe('a limit by header', () => {
  test('counts by the first of several lines, so that nobody gets more by adding one', async () => {
    const { statuses } = await runningWith([[LIMIT, byHeader('X-Client')]]);
    const asked = ['1', '2'].map((more) => ({ headers: { 'x-client': ['a', more] } }));
    expect(await statuses(asked)).toEqual([200, 429]);
  });

  test.each(['X-Forwarded-For', 'x-real-ip', 'Forwarded', 'CF-Connecting-IP', 'X-ClientIP'])(
    'is refused where each client writes it as its address: %s',
    (key) => {
      const { problems } = outcomeOf(withValue(base(), LIMIT, byHeader(key)));
      expect(said(problems, `${pathOf(LIMIT)}.key`)).toMatch(/strategy ip.*trusted_proxies/);
    },
  );

  test('says that a client can write it, but for credentials', () => {
    const warned = (key: string) =>
      said(outcomeOf(withValue(base(), LIMIT, byHeader(key))).warnings, `${pathOf(LIMIT)}.key`);
    expect(warned('X-Client')).toMatch(/any client can write X-Client/);
    expect(warned('X-Api-Key')).toBe('');
  });

  test.each(['constructor', '__proto__', 'toString'])(
    'lets nobody in without that header, whatever its name is: %s',
    async (key) => {
      const { statuses } = await runningWith([[LIMIT, byHeader(key)]]);
      expect(await statuses([{}, {}])).toEqual([429, 429]);
    },
  );
});

test('endpoints that count in one store do not take from each other', async () => {
  const { host } = await recordingUpstream();
  const limit = { max_rate: 1, capacity: 1, every: '1h', connection_pool: 'main' };
  const document = withValue(
    base(`http://${host}`),
    [...EXTRA, 'qos/ratelimit/router/redis'],
    limit,
  ) as { readonly endpoints: readonly object[] };
  const [first] = document.endpoints;
  const store = new MemoryStore();
  const { ask } = await start(
    { version: 3, endpoints: [first, { ...first, endpoint: '/other' }] },
    { stores: { main: store } },
  );
  const statuses = [];
  for (const path of ['/mcp', '/other', '/mcp', '/other']) {
    statuses.push((await ask({ path })).status);
  }
  store.shutdown();
  expect(statuses).toEqual([200, 200, 429, 429]);
});

test('endpoints that count in one store in other times are refused before anything runs', () => {
  const store = new MemoryStore();
  const at = (every: string) =>
    withValue(base(), [...EXTRA, 'qos/ratelimit/router/redis'], {
      max_rate: 1,
      capacity: 1,
      every,
      connection_pool: 'main',
    }) as { readonly endpoints: readonly object[] };
  const both = (every: string) => ({
    version: 3,
    endpoints: [...at('1m').endpoints, { ...at(every).endpoints[0], endpoint: '/other' }],
  });
  const { problems } = outcomeOf(both('1h'), { stores: { main: store } });
  expect(said(problems, 'endpoints[1]')).toMatch(/3600000 ms here and 60000 ms at \/mcp/);
  expect(outcomeOf(both('1m'), { stores: { main: store } }).problems).toEqual([]);
});

describe('an expression', () => {
  const expression = [...EXTRA, 'validation/cel'];
  const isThere = [{ check_expr: "'debug' in req_querystring" }];

  test('sees no parameter that is not in input_query_strings', async () => {
    const hidden = await runningWith([[expression, isThere]]);
    expect(await hidden.statuses([{ path: '/mcp?debug=1' }])).toEqual([403]);
    const shown = await runningWith([
      [expression, isThere],
      [[...ENDPOINT, 'input_query_strings'], ['debug']],
    ]);
    expect(await shown.statuses([{ path: '/mcp?debug=1' }, {}])).toEqual([200, 403]);
    expect(shown.upstream.seen.map(({ url }) => url)).toEqual(['/mcp?debug=1']);
  });
});

describe('headers of modifier/response-headers', () => {
  const at = [...SERVICE, 'modifier/response-headers'];

  test('are on refusals too, unless they are deleted as well', async () => {
    const { ask } = await runningWith([
      [at, { add: { 'X-A': ['1'], 'X-B': ['2'] }, replace: { 'X-C': '3' }, delete: ['x-b'] }],
      [[...EXTRA, 'validation/cel'], [{ check_expr: "req_method == 'GET'" }]],
    ]);
    const answer = await ask({});
    expect(answer.status).toBe(403);
    expect(answer.headers).toMatchObject({ 'x-a': '1', 'x-c': '3' });
    expect(answer.headers).not.toHaveProperty('x-b');
  });
});

test.each(['/a/../b', '/a/./b', '/..', '/a/%2e%2e/b'])(
  'the pattern of a backend leads to the path that is written: %s is refused',
  (pattern) => {
    const { problems } = outcomeOf(withValue(base(), [...BACKEND, 'url_pattern'], pattern));
    expect(said(problems, 'endpoints[0].backend[0].url_pattern')).toMatch(/'\.\.'/);
  },
);

describe('what is not taken over is said', () => {
  test.each([
    [
      'a header for all preflights',
      [...SERVICE, 'security/cors'],
      { allow_origins: ['https://a.example'], allow_headers: ['*'] },
      'extra_config["security/cors"].allow_headers',
      /by name/,
    ],
    [
      'the newest version of TLS',
      ['tls'],
      { keys: [{ public_key: 'a', private_key: 'b' }], max_version: 'TLS12' },
      'tls.max_version',
      /newest/,
    ],
  ] as const)('%s', (_what, at, value, path, message) => {
    const { problems, warnings } = outcomeOf(withValue(base(), at, value));
    expect(problems).toEqual([]);
    expect(said(warnings, path)).toMatch(message);
  });
});

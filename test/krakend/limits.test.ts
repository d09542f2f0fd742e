import { describe, expect, test } from '@jest/globals';
import { MemoryStore } from 'express-rate-limit';
import { recordingUpstream } from '../support/upstream.ts';
import { base, ENDPOINT, EXTRA, SERVICE } from './support/base.ts';
import { outcomeOf } from './support/outcome.ts';
import { changed, runningWith, tokenIssuer } from './support/running.ts';
import { type Asked, CALL, start } from './support/start.ts';

const ROUTER = [...EXTRA, 'qos/ratelimit/router'];

describe('a limit by a header', () => {
  test('that holds a claim goes by the claim, whatever a client writes there', async () => {
    const { validator, bearer } = await tokenIssuer({ propagate_claims: [['sub', 'X-User']] });
    const { statuses } = await runningWith([
      [[...ENDPOINT, 'input_headers'], ['X-User']],
      [[...EXTRA, 'auth/validator'], validator],
      [
        ROUTER,
        { client_max_rate: 1, client_capacity: 1, every: '1h', strategy: 'header', key: 'x-user' },
      ],
    ]);
    const as = async (sub: string, own: string) => ({
      headers: { authorization: await bearer({ sub }), 'X-User': own },
    });
    expect(
      await statuses([
        await as('ada', 'one'),
        await as('ada', 'two'),
        await as('bob', 'one'),
        await as('bob', 'three'),
      ]),
    ).toEqual([200, 429, 200, 429]);
  });
});

describe('a limit of the service', () => {
  async function two(extra: object, ofEndpoints: object = {}) {
    const upstream = await recordingUpstream();
    const { endpoints } = base(`http://${upstream.host}`) as { readonly endpoints: object[] };
    const first = { ...endpoints[0], extra_config: ofEndpoints };
    const own = await start({
      version: 3,
      extra_config: extra,
      endpoints: [first, { ...first, endpoint: '/other' }, { ...first, endpoint: '/{x}/third' }],
    });
    return async (...asked: readonly Asked[]) => {
      const all: (number | undefined)[] = [];
      for (const each of asked) all.push((await own.ask(each)).status);
      return all;
    };
  }
  const PATHS = ['/mcp', '/other', '/a/third'].map((path) => ({ path }));

  test('counts all endpoints together', async () => {
    const ask = await two({ 'qos/ratelimit/service': { max_rate: 1, capacity: 2, every: '1h' } });
    expect(await ask(...PATHS)).toEqual([200, 200, 429]);
  });

  test('counts each client at all endpoints together', async () => {
    const ask = await two({
      'qos/ratelimit/service': {
        client_max_rate: 1,
        client_capacity: 1,
        every: '1h',
        strategy: 'header',
        key: 'X-Client',
      },
    });
    const as = (client: string) => ({ 'x-client': client });
    expect(
      await ask(
        { path: '/mcp', headers: as('one') },
        { path: '/other', headers: as('one') },
        { path: '/other', headers: as('two') },
        { path: '/mcp' },
      ),
    ).toEqual([200, 429, 200, 429]);
  });

  test('of the tiers, counts all endpoints together', async () => {
    const limit = { max_rate: 1, capacity: 1, every: '1h' };
    const ask = await two({
      'qos/ratelimit/tiered': {
        tier_key: 'X-Tier',
        tiers: [{ tier_value_as: '*', ratelimit: limit }],
      },
    });
    expect(await ask(...PATHS)).toEqual([200, 429, 429]);
  });

  test('gives nothing back for a batch that is refused', async () => {
    const ask = await two(
      { 'qos/ratelimit/service': { max_rate: 1, capacity: 3, every: '1h' } },
      // So that messages are read, of which each counts.
      { 'validation/cel': [{ check_expr: "req_method == 'POST'" }] },
    );
    const batch = { body: `[${CALL},${CALL.replace('"id":2', '"id":3')}]` };
    expect(await ask({}, {}, batch, batch, {}, {})).toEqual([200, 200, 429, 429, 200, 429]);
  });
});

describe('tiers', () => {
  const hourly = (capacity: number) => ({ max_rate: 1, capacity, every: '1h' });
  const TIERS = [
    { tier_value: 'gold', ratelimit: hourly(3) },
    { tier_value: 'silver', ratelimit: hourly(1) },
  ];
  const REST = { tier_value_as: '*', ratelimit: hourly(1) };
  const tiered = [...EXTRA, 'qos/ratelimit/tiered'];
  const as = (tier: string) => ({ headers: { 'X-Tier': tier } });

  test('are limited by the first that matches', async () => {
    const { statuses } = await runningWith([
      [tiered, { tier_key: 'x-tier', tiers: [...TIERS, REST] }],
    ]);
    const gold = as('gold');
    expect(await statuses([gold, gold, gold, gold])).toEqual([200, 200, 200, 429]);
    expect(await statuses([as('silver'), as('silver')])).toEqual([200, 429]);
    expect(await statuses([as('Gold'), as('bronze'), {}])).toEqual([200, 429, 429]);
  });

  test('tell when one may ask again, not when all has come back', async () => {
    const { ask } = await runningWith([[tiered, { tier_key: 'X-Tier', tiers: TIERS }]]);
    for (let n = 0; n < 3; n += 1) await ask(as('gold'));
    const { status, headers } = await ask(as('gold'));
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(3590);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(3600);
  });

  test('without one for the rest, limit nobody else, which is worth a warning', async () => {
    const { statuses, warnings } = await runningWith([
      [tiered, { tier_key: 'X-Tier', tiers: TIERS }],
    ]);
    expect(await statuses([{}, {}, as('bronze'), as('silver'), as('silver')])).toEqual([
      200, 200, 200, 200, 429,
    ]);
    const texts = warnings.map(({ message }) => message).join();
    expect(texts).toMatch(/none of these tiers is not limited/);
    expect(texts).toMatch(/any client can write X-Tier/);
  });

  test('count each client of a tier', async () => {
    const limit = { client_max_rate: 1, client_capacity: 1, every: '1h' };
    const { statuses } = await runningWith([
      [
        tiered,
        {
          tier_key: 'X-Tier',
          tiers: [
            {
              tier_value: 'gold',
              ratelimit: { ...limit, strategy: 'header', key: 'X-Client' },
            },
            REST,
          ],
        },
      ],
    ]);
    const from = (client: string) => ({ headers: { 'X-Tier': 'gold', 'X-Client': client } });
    const gold = [from('one'), from('one'), from('two'), as('gold')];
    expect(await statuses(gold)).toEqual([200, 429, 200, 429]);
    // Who is of another tier needs not say who it is.
    expect(await statuses([{}])).toEqual([200]);
  });

  test('go by a claim that is propagated, whatever a client writes there', async () => {
    const { validator, bearer } = await tokenIssuer({ propagate_claims: [['plan', 'X-Tier']] });
    const { statuses, warnings } = await runningWith([
      [[...ENDPOINT, 'input_headers'], ['X-Tier']],
      [[...EXTRA, 'auth/validator'], validator],
      [tiered, { tier_key: 'X-Tier', tiers: [...TIERS, REST] }],
    ]);
    const of = async (plan: string) => ({
      headers: { authorization: await bearer({ plan }), 'X-Tier': 'gold' },
    });
    expect(await statuses([await of('silver'), await of('silver')])).toEqual([200, 429]);
    expect(await statuses([await of('gold'), await of('gold')])).toEqual([200, 200]);
    expect(warnings.map(({ message }) => message).join()).not.toMatch(/any client can write/);
  });

  test('are counted in a store where the document says Redis', async () => {
    const limit = { ...hourly(1), connection_pool: 'main' };
    const { statuses } = await runningWith(
      [
        [
          tiered,
          { tier_key: 'X-Tier', tiers: [{ tier_value: 'gold', ratelimit_redis: limit }, REST] },
        ],
      ],
      { stores: { main: new MemoryStore() } },
    );
    expect(await statuses([as('gold'), as('gold'), {}])).toEqual([200, 429, 200]);
  });

  test('may differ by method, as limits do', () => {
    const document = changed([[tiered, { tier_key: 'X-Tier', tiers: [...TIERS, REST] }]]) as {
      readonly endpoints: readonly object[];
    };
    const [first] = document.endpoints;
    const other = { ...first, method: 'GET', extra_config: {} };
    expect(outcomeOf({ ...document, endpoints: [first, other] }).problems).toEqual([]);
  });
});

test('a problem of the service is told once, however many endpoints there are', () => {
  const document = changed([[[...SERVICE, 'qos/ratelimit/service'], { every: '1s' }]]) as {
    readonly endpoints: readonly object[];
  };
  const [first] = document.endpoints;
  const endpoints = [first, { ...first, endpoint: '/other' }];
  expect(outcomeOf({ ...document, endpoints }).problems).toHaveLength(1);
});

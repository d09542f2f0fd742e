import { describe, expect, jest, test } from '@jest/globals';
import type { GatewayConfig } from '../src/index.ts';
import { startGateway } from './support/gateway.ts';
import { recordingUpstream } from './support/upstream.ts';

const FORWARDED = { 'X-Forwarded-For': '203.0.113.7' };

/** The codes of the warnings about it that two requests through a proxy bring. */
async function warnings(
  trust: unknown,
  config: Partial<GatewayConfig>,
  headers: Record<string, string> = FORWARDED,
): Promise<unknown[]> {
  const { target } = await recordingUpstream();
  const { url } = await startGateway({ target, ...config }, (app) => {
    if (trust !== undefined) app.set('trust proxy', trust);
  });
  const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  for (const _ of [1, 2]) await fetch(url, { method: 'POST', headers });
  const codes = emitted.mock.calls.map(([, options]) => (options as { code?: unknown }).code);
  emitted.mockRestore();
  return codes.filter((code) => code === WARNED[0]);
}

const ipFilter = { deny: ['10.0.0.0/8'] };
const rateLimit = { limit: 100, window: '1m' } as const;
const streams = { perIp: 10 };
const clientIp = () => '192.0.2.1';
const auth = () => ({ subject: 'ada' });
const WARNED = ['MCP_GATEWAY_TRUST_PROXY'];

describe('a `trust proxy` that is probably wrong is warned of, once', () => {
  test.each<[string, unknown, Partial<GatewayConfig>]>([
    ['true, for an address filter', true, { ipFilter }],
    ['true, for a limit', true, { rateLimit }],
    ['true, for a cap of streams', true, { streams }],
    ['true, where the address stands for the user', true, { streams: { perUser: 9 } }],
    ['none, where requests come through a proxy', undefined, { rateLimit }],
  ])('%s', async (_, trust, config) => {
    expect(await warnings(trust, config)).toEqual(WARNED);
  });

  test.each<[string, unknown, Partial<GatewayConfig>, Record<string, string>]>([
    ['where nothing goes by the address', true, {}, FORWARDED],
    [
      'where the filter has an address of its own',
      true,
      { ipFilter: { ...ipFilter, clientIp } },
      FORWARDED,
    ],
    [
      'where the limit goes by something else',
      true,
      { rateLimit: { ...rateLimit, by: () => 'all' } },
      FORWARDED,
    ],
    [
      'where the limit goes by user',
      true,
      { rateLimit: { ...rateLimit, by: 'user' }, auth },
      FORWARDED,
    ],
    ['where the cap is for all', true, { streams: { total: 9 } }, FORWARDED],
    ['where the number of proxies is told', 1, { ipFilter, rateLimit, streams }, FORWARDED],
    ['where their network is', 'loopback', { rateLimit }, FORWARDED],
    ['where nothing is in front', undefined, { rateLimit }, {}],
  ])('nothing is said %s', async (_, trust, config, headers) => {
    expect(await warnings(trust, config, headers)).toEqual([]);
  });
});

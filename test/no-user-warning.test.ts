import { describe, expect, jest, test } from '@jest/globals';
import { type GatewayConfig, requireAuth } from '../src/index.ts';
import { startGateway } from './support/gateway.ts';
import { recordingUpstream } from './support/upstream.ts';

const auth = () => ({ subject: 'ada' });

/** How many warnings three requests bring. */
async function warnings(config: Partial<GatewayConfig>, isKnownBefore: boolean): Promise<number> {
  const { target } = await recordingUpstream();
  const { url } = await startGateway({ target, ...config }, (app) => {
    if (isKnownBefore) app.use(requireAuth(auth));
  });
  const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  for (const _ of [1, 2, 3]) await fetch(url, { method: 'POST' });
  const codes = emitted.mock.calls.map(([, options]) => (options as { code?: unknown }).code);
  emitted.mockRestore();
  return codes.filter((code) => code === 'MCP_GATEWAY_NO_USER').length;
}

const rateLimit = { limit: 100, window: '1m', by: 'user' } as const;
const streams = { perUser: 9 };

describe('that nobody says who a user is', () => {
  test.each<[string, Partial<GatewayConfig>]>([
    ['for a limit by user', { rateLimit }],
    ['for a list of limits', { rateLimit: [{ limit: 9, window: '1s' }, rateLimit] }],
    ['for a cap of streams', { streams }],
  ])('is told once %s', async (_what, config) => {
    expect(await warnings(config, false)).toBe(1);
  });

  test.each<[string, Partial<GatewayConfig>, boolean]>([
    ['with auth', { rateLimit, streams, auth }, false],
    ['where requireAuth in front says it', { rateLimit, streams }, true],
    ['where nothing is counted by user', { rateLimit: { ...rateLimit, by: 'ip' } }, false],
  ])('is not told %s', async (_what, config, isKnownBefore) => {
    expect(await warnings(config, isKnownBefore)).toBe(0);
  });
});

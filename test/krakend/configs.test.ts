import { describe, expect, test } from '@jest/globals';
import { type KrakendNote, toGatewayConfigs } from '../../src/exports/krakend.ts';
import { base, ENDPOINT, SERVICE, withValue } from './support/base.ts';
import { outcomeOf, said } from './support/outcome.ts';

/** What is said of a document as options. */
function warningsOf(document: object): KrakendNote[] {
  const warnings: KrakendNote[] = [];
  toGatewayConfigs(document, { onWarning: (warning) => warnings.push(warning) });
  return warnings;
}

describe('as options, a document says what they do not have', () => {
  const proxies = { trusted_proxies: ['10.0.0.0/8'], remote_ip_headers: ['X-Forwarded-For'] };

  test.each([
    [
      'proxies',
      'router',
      proxies,
      'extra_config.router.trusted_proxies',
      /'trust proxy' of the app/,
    ],
    [
      'headers on refusals',
      'security/http',
      { frame_deny: true },
      'endpoints[0]',
      /X-Frame-Options/,
    ],
    [
      'headers for TLS',
      'security/http',
      { sts_seconds: 300 },
      'endpoints[0]',
      /no option sets Strict-Transport-Security/,
    ],
  ])('%s', (_what, name, values, path, message) => {
    const document = withValue(base(), [...SERVICE, name], values);
    expect(said(warningsOf(document), path)).toMatch(message);
    // A router has them.
    expect(said(outcomeOf(document).warnings, path)).not.toMatch(message);
    expect(said(warningsOf(base()), path)).not.toMatch(message);
  });

  test('other spellings of a path that has a gateway of its own', () => {
    const [first] = (base() as { readonly endpoints: readonly object[] }).endpoints;
    const document = {
      version: 3,
      endpoints: ['/t/{name}', '/t/admin', '/{group}/admin'].map((endpoint) => ({
        ...first,
        endpoint,
      })),
    };
    expect(said(warningsOf(document), 'endpoints[0].endpoint')).toMatch(/percent-encoded/);
    expect(said(warningsOf(document), 'endpoints[1].endpoint')).toBe('');
    expect(toGatewayConfigs(document).map(({ path }) => path)).toEqual([
      '/t/admin',
      '/t/:name',
      '/:group/admin',
    ]);
    const alone = withValue(base(), [...ENDPOINT, 'endpoint'], '/t/{name}');
    expect(said(warningsOf(alone), 'endpoints[0].endpoint')).toBe('');
  });
});

test('options that no gateway takes are problems of the document', () => {
  const filter = { name: ['ip-filter'], 'ip-filter': { CIDR: ['everybody'], allow: true } };
  const document = withValue(base(), [...SERVICE, 'plugin/http-server'], filter);
  expect(() => toGatewayConfigs(document)).toThrow(/everybody/);
});

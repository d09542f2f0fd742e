import { describe, expect, test } from '@jest/globals';
import { createMcpGateway, type HeaderRules } from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

/** Fields that servers take for the word of a proxy in front of them. */
const BELIEVED = [
  'X-Real-IP',
  'True-Client-IP',
  'CF-Connecting-IP',
  'Fastly-Client-IP',
  'X-Client-IP',
  'X-Cluster-Client-IP',
  'X-Azure-ClientIP',
  'Remote-User',
  'X-Remote-User',
  'X-Original-URL',
  'X-Original-Host',
  'X-Original-Method',
  'X-Rewrite-URL',
  'X-HTTP-Method-Override',
  'X-Method-Override',
  'X-HTTP-Method',
  'X-Envoy-Internal',
  'X-Envoy-External-Address',
  'X-Auth-Request-User',
  'X-Auth-Request-Email',
  'X-SSL-Client-Verify',
  'X-SSL-Cert',
  'SSL-Client-Cert',
  'SSL-Client-Verify',
  'X-Client-Cert',
  'Client-Cert',
  'X-ARR-ClientCert',
  'X-Amzn-Oidc-Identity',
  'X-Goog-IAP-JWT-Assertion',
  'X-Goog-Authenticated-User-Email',
  'X-MS-Client-Principal',
  'Cf-Access-Authenticated-User-Email',
  'X-Middleware-Subrequest',
  'X-Consumer-Username',
  'X-WebAuth-User',
  'Impersonate-User',
  'X-Vercel-Forwarded-For',
  'DO-Connecting-IP',
  'EO-Connecting-IP',
  'Ali-CDN-Real-IP',
  'WL-Proxy-Client-IP',
  'CloudFront-Viewer-Address',
  'Fly-Client-IP',
  'Remote-Groups',
  'Remote-Addr',
  'X-Remote-Groups',
  'X-authentik-username',
  'X-Vouch-User',
  'X-WEBAUTH-GROUPS',
  'OIDC-Claim-sub',
  'Shib-Identity-Provider',
  'Tailscale-App-Capabilities',
  'iv-user',
  'X-Userinfo',
  'X-Endpoint-API-UserInfo',
  'X-JWT-Assertion',
  'X-Client-Verify',
  'X-Client-SSL-Subject',
  'X-TLS-Client-Cert',
  'X-Request-Uri',
  'X-HTTP-Path-Override',
  'L5d-Dst-Override',
  'Proxy',
  'X-Sendfile-Type',
  'X-Accel-Mapping',
  'Surrogate-Capability',
];

/** Those of the fields that the upstream got. */
async function arrived(headers: HeaderRules, names: readonly string[]): Promise<string[]> {
  const upstream = await recordingUpstream();
  const { url } = await startGateway({ target: upstream.target, headers });
  const sent = names.map((name, i) => [name.replace(/x-/i, i % 2 ? 'x-' : 'X-'), 'forged']);
  await fetch(url, { method: 'POST', headers: Object.fromEntries(sent) });
  expect(upstream.seen).toHaveLength(1);
  return names.filter((name) => upstream.seen[0]?.headers[name.toLowerCase()] !== undefined);
}

describe('what servers believe of a proxy in front is not forwarded by a wildcard', () => {
  test('not by *', async () => {
    expect(await arrived({ forward: ['*'] }, [...BELIEVED, 'X-Tenant'])).toEqual(['X-Tenant']);
  });

  test('not by a prefix', async () => {
    const forward = ['X-*', 'CF-*', 'S*', 'R*', 'True*', 'Client-*', 'Fastly-*', 'Impersonat*'];
    expect(await arrived({ forward }, [...BELIEVED, 'X-Tenant'])).toEqual(['X-Tenant']);
  });

  test('by its exact name', async () => {
    expect(await arrived({ forward: ['*', ...BELIEVED] }, BELIEVED)).toEqual(BELIEVED);
  });

  test.each(['X-Envoy-*', 'X-Original-*', 'X-MS-*', 'X-SSL-Client-*', 'X-Auth-Request-*'])(
    '%s, which would cover nothing else, is a config error',
    (rule) => {
      const config = { target: 'http://127.0.0.1:1/mcp', headers: { forward: [rule] } };
      expect(() => createMcpGateway(config)).toThrow('each of these headers by its full name');
    },
  );
});

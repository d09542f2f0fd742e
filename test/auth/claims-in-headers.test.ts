import { expect, test } from '@jest/globals';
import type { HeaderRules, Principal } from '../../src/index.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { startIssuer } from '../support/jwt/issued.ts';
import { recordingUpstream } from '../support/upstream.ts';

/** What a directory somewhere else knows of tenants. */
const KEYS: Readonly<Record<string, string>> = { acme: 'key-of-acme', bell: 'key-of-bell' };

async function behind(tenantOf: (principal: Principal | undefined) => unknown) {
  const idp = await startIssuer();
  const upstream = await recordingUpstream();
  const asked: unknown[] = [];
  const headers: HeaderRules = {
    forward: ['*'],
    set: {
      'X-User': ({ principal }) => principal?.subject,
      'X-Tenant-Key': async ({ principal }) => {
        const tenant = tenantOf(principal);
        asked.push(tenant);
        await new Promise(setImmediate);
        return KEYS[String(tenant)] ?? String(tenant);
      },
    },
  };
  const gateway = await startGateway({
    target: upstream.target,
    publicUrl: 'https://gateway.example/mcp',
    auth: idp.auth,
    headers,
  });
  const seen = () => upstream.seen.map((request) => request.headers['x-tenant-key']);
  return { ...gateway, idp, upstream, asked, seen };
}

const claimed = (principal: Principal | undefined) => principal?.claims?.tenant;

test("headers: async values come from the principal's claims, each request's own", async () => {
  const { port, idp, upstream, seen } = await behind(claimed);
  const tenants = ['acme', 'bell', 'acme', 'bell'];
  await Promise.all(
    tenants.map(async (tenant) =>
      send(port, { headers: await idp.bearer({ tenant, sub: tenant }) }),
    ),
  );
  const pairs = upstream.seen.map(({ headers }) => [headers['x-user'], headers['x-tenant-key']]);
  expect(pairs).toHaveLength(4);
  expect(new Set(pairs.map(String))).toEqual(new Set(['acme,key-of-acme', 'bell,key-of-bell']));
  expect(seen().filter((key) => key === 'key-of-acme')).toHaveLength(2);
});

test('what the client claims in a header is replaced, in any spelling', async () => {
  const { port, idp, upstream } = await behind(claimed);
  const bearer = await idp.bearer({ tenant: 'acme' });
  const spoofed = { 'x-tenant-key': 'key-of-bell', X_Tenant_Key: 'key-of-bell', 'x-user': 'root' };
  await send(port, { headers: { ...bearer, ...spoofed } });
  expect(upstream.seen[0]?.rawHeaders.join('\n')).not.toMatch(/bell|root/);
  expect(upstream.seen[0]?.headers['x-tenant-key']).toBe('key-of-acme');
});

test('nobody is asked for a value before it is known who asks', async () => {
  const { port, asked, upstream } = await behind(claimed);
  expect((await send(port)).status).toBe(401);
  expect([asked, upstream.seen]).toEqual([[], []]);
});

test.each([
  ['the end of a line', 'acme\r\nX-Admin: 1'],
  ['a NUL', 'acme\0'],
  ['no character of a header', 'tenant ✓'],
])('a claim with %s breaks no message', async (_, tenant) => {
  const { port, idp, upstream, errors } = await behind(claimed);
  const answer = await send(port, { headers: await idp.bearer({ tenant }) });
  expect([answer.status, reasonOf(answer)]).toEqual([500, 'internal_error']);
  expect(upstream.seen).toEqual([]);
  expect(String(errors[0]?.cause)).not.toContain(tenant);
});

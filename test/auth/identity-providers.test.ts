import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as providers from '../../examples/identity-providers.ts';
import { type JwtOptions, jwt, type Principal, principalOf } from '../../src/index.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { nowInSeconds } from '../support/jwt/issued.ts';
import { sign, signingKey } from '../support/jwt/issuer.ts';
import { recordingUpstream } from '../support/upstream.ts';
import * as tokens from './support/provider-tokens.ts';

type Provider = keyof typeof providers;

const OPTIONS: Readonly<Record<Provider, JwtOptions>> = { ...providers };
type Token = tokens.ProviderToken;

/** As all of these sign. */
const key = await signingKey('key-1', 'RS256');

/** The options of the page, with keys of this test in place of those that the provider publishes. */
function withOwnKeys({ jwksUri: _, ...options }: JwtOptions): JwtOptions {
  return { ...options, keys: { keys: [key.jwk] } };
}

async function ask(
  names: readonly Provider[],
  { header, claims }: Token,
  changes: Record<string, unknown> = {},
): Promise<{ answer: string; principal: Principal | undefined }> {
  const { target } = await recordingUpstream();
  let principal: Principal | undefined;
  const { port } = await startGateway({
    target,
    publicUrl: 'https://gateway.example/mcp',
    auth: names.map((name) => jwt(withOwnKeys(OPTIONS[name]))),
    use: (req, _res, next) => {
      principal = principalOf(req);
      next();
    },
  });
  const iat = nowInSeconds();
  const token = await sign(key, { iat, nbf: iat, exp: iat + 300, ...claims, ...changes }, header);
  const answer = await send(port, {
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    headers: { Authorization: `Bearer ${token}` },
  });
  return {
    answer: answer.status === 200 ? '200' : `${answer.status} ${reasonOf(answer)}`,
    principal,
  };
}

const APP = 'https://gateway.example/mcp';
const CLIENT = '99990000-8888-ffff-7777-eeee6666dddd';
const OID = '11112222-bbbb-3333-cccc-4444dddd5555';
const TENANTS = 'https://login.microsoftonline.com';

describe('a token as the provider makes it is taken', () => {
  test.each<[Provider, Token, Partial<Principal>]>([
    [
      'entraId',
      tokens.entraIdUser,
      { subject: OID, clientId: CLIENT, scopes: [`${APP}/access_as_user`, `${APP}/profile.read`] },
    ],
    [
      'entraIdApplications',
      tokens.entraIdApplication,
      { subject: OID, clientId: CLIENT, roles: ['Mcp.Call'] },
    ],
    [
      'entraIdTenants',
      tokens.entraIdUser,
      { subject: OID, issuer: `${TENANTS}/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0` },
    ],
    [
      'entraIdVersion1',
      tokens.entraIdVersion1User,
      { subject: OID, clientId: CLIENT, scopes: [`${APP}/access_as_user`] },
    ],
    [
      'cognitoClients',
      tokens.cognitoAccess,
      {
        subject: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
        clientId: '1example23456789',
        roles: ['agents'],
        scopes: ['phone', 'openid', 'https://gateway.example/mcp/tools'],
      },
    ],
    ['cognito', tokens.cognitoResource, { clientId: '1example23456789', roles: ['agents'] }],
    [
      'keycloak',
      tokens.keycloakUser,
      {
        subject: 'f1c4f64e-2c0c-4cda-8c9f-9f3f8f3a2b0e',
        clientId: 'agent',
        roles: ['offline_access', 'default-roles-acme', 'mcp-user'],
        scopes: ['openid', 'profile', 'mcp'],
      },
    ],
    [
      'auth0',
      tokens.auth0User,
      {
        subject: 'auth0|6553da60a54af58e29493993',
        clientId: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
        scopes: ['openid', 'profile', 'call:tools'],
        roles: ['operator'],
      },
    ],
    [
      'auth0',
      tokens.auth0Rfc9068,
      {
        subject: 'awZfdIir8YFdGZWkvCejDoUb7SjTDicx@clients',
        clientId: 'awZfdIir8YFdGZWkvCejDoUb7SjTDicx',
        roles: [],
      },
    ],
    [
      'okta',
      tokens.oktaUser,
      {
        subject: '00uid4BxXw6I6TV4m0g3',
        clientId: 'nmdP1fcyvdVO11AL7ECm',
        scopes: ['openid', 'mcp'],
        roles: ['Everyone', 'Agents'],
      },
    ],
    ['okta', tokens.oktaService, { subject: 'nmdP1fcyvdVO11AL7ECm', scopes: ['mcp'], roles: [] }],
    [
      'duende',
      tokens.duendeUser,
      {
        subject: '818727',
        clientId: 'agent',
        scopes: ['openid', 'profile', 'mcp', 'offline_access'],
        roles: ['operator'],
      },
    ],
    [
      'duende',
      tokens.duendeService,
      { subject: 'client:nightly', clientId: 'nightly', scopes: ['mcp'] },
    ],
    [
      'google',
      tokens.googleUser,
      { subject: '10769150350006150715113082367', roles: ['acme.example'], scopes: [] },
    ],
    [
      'googleServiceAccounts',
      tokens.googleServiceAccount,
      { subject: '104029292853099978293', roles: ['agent@acme-project.iam.gserviceaccount.com'] },
    ],
  ])('%s', async (provider, token, principal) => {
    const found = await ask([provider], token);
    expect(found).toMatchObject({ answer: '200', principal });
  });

  test('google, whose issuer may be written without its scheme', async () => {
    const changes = { iss: 'accounts.google.com' };
    expect((await ask(['google'], tokens.googleUser, changes)).answer).toBe('401 unauthorized');
    const both = await ask(['google', 'googleWithoutScheme'], tokens.googleUser, changes);
    expect(both).toMatchObject({ answer: '200', principal: { issuer: 'accounts.google.com' } });
  });

  test('users and applications of Entra ID beside each other', async () => {
    const both: Provider[] = ['entraIdApplications', 'entraId'];
    const neither = { ...tokens.entraIdApplication.claims, roles: ['Other'] };
    for (const order of [both, both.toReversed()]) {
      for (const token of [tokens.entraIdUser, tokens.entraIdApplication]) {
        expect((await ask(order, token)).answer).toBe('200');
      }
      const { answer } = await ask(order, { header: {}, claims: neither });
      expect(answer).toBe('403 insufficient_scope');
    }
  });

  test('of Entra ID, without an object id, which a client gets with the scope `profile`', async () => {
    const found = await ask(['entraId'], tokens.entraIdUser, { oid: undefined });
    expect(found).toMatchObject({ principal: { subject: tokens.entraIdUser.claims.sub } });
  });

  test('of Entra ID 1.0, for the id of the application', async () => {
    const { aud } = tokens.entraIdUser.claims;
    const found = await ask(['entraIdVersion1'], tokens.entraIdVersion1User, { aud });
    expect(found.answer).toBe('200');
  });
});

describe('a token that is good for something else is refused', () => {
  test.each<[string, Provider, Token, Record<string, unknown>, string]>([
    [
      'of another tenant',
      'entraId',
      tokens.entraIdUser,
      { iss: `${TENANTS}/bbbbcccc-1111-dddd-2222-eeee3333ffff/v2.0` },
      '401 unauthorized',
    ],
    [
      'of a tenant that is no customer',
      'entraIdTenants',
      tokens.entraIdUser,
      { iss: `${TENANTS}/99990000-8888-ffff-7777-eeee6666dddd/v2.0` },
      '401 unauthorized',
    ],
    [
      'of Microsoft Graph',
      'entraId',
      tokens.entraIdUser,
      { aud: '00000003-0000-0000-c000-000000000000' },
      '401 unauthorized',
    ],
    [
      'of a user without the scope',
      'entraId',
      tokens.entraIdUser,
      { scp: 'profile.read' },
      '403 insufficient_scope',
    ],
    [
      'of an application, which has no scope',
      'entraId',
      tokens.entraIdApplication,
      {},
      '403 insufficient_scope',
    ],
    [
      'of an application without the role',
      'entraIdApplications',
      tokens.entraIdApplication,
      { roles: undefined },
      '403 policy_denied',
    ],
    [
      'of a user, where applications are meant',
      'entraIdApplications',
      tokens.entraIdUser,
      {},
      '403 policy_denied',
    ],
    [
      'version 2.0 where 1.0 is meant',
      'entraIdVersion1',
      tokens.entraIdUser,
      {},
      '401 unauthorized',
    ],
    [
      'version 1.0 where 2.0 is meant',
      'entraId',
      tokens.entraIdVersion1User,
      {},
      '401 unauthorized',
    ],
    [
      'without a subject',
      'entraId',
      tokens.entraIdUser,
      { oid: undefined, sub: undefined },
      '401 unauthorized',
    ],
    ['an ID token', 'cognito', tokens.cognitoId, {}, '401 unauthorized'],
    ['an ID token', 'cognitoClients', tokens.cognitoId, {}, '401 unauthorized'],
    [
      'for another resource',
      'cognito',
      tokens.cognitoResource,
      { aud: 'https://other.example/mcp' },
      '401 unauthorized',
    ],
    ['for no resource', 'cognito', tokens.cognitoAccess, {}, '401 unauthorized'],
    [
      'of another client',
      'cognitoClients',
      tokens.cognitoAccess,
      { client_id: '2example23456789' },
      '401 unauthorized',
    ],
    [
      'of another pool',
      'cognito',
      tokens.cognitoResource,
      { iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_OTHER' },
      '401 unauthorized',
    ],
    [
      'with the audience of everybody',
      'keycloak',
      tokens.keycloakUser,
      { aud: 'account' },
      '401 unauthorized',
    ],
    [
      'of another realm',
      'keycloak',
      tokens.keycloakUser,
      { iss: 'https://keycloak.example/realms/other' },
      '401 unauthorized',
    ],
    [
      'without the role',
      'keycloak',
      tokens.keycloakUser,
      { realm_access: { roles: ['offline_access'] } },
      '403 policy_denied',
    ],
    [
      'with the role at a client',
      'keycloak',
      tokens.keycloakUser,
      {
        realm_access: undefined,
        roles: ['mcp-user'],
        resource_access: { agent: { roles: ['mcp-user'] } },
      },
      '403 policy_denied',
    ],
    [
      'for the profile alone',
      'auth0',
      tokens.auth0User,
      { aud: 'https://acme.eu.auth0.com/userinfo' },
      '401 unauthorized',
    ],
    [
      'of the issuer without the slash',
      'auth0',
      tokens.auth0User,
      { iss: 'https://acme.eu.auth0.com' },
      '401 unauthorized',
    ],
    [
      'whose client was not given what its user may do',
      'auth0',
      tokens.auth0User,
      { scope: 'openid', permissions: ['call:tools'] },
      '403 insufficient_scope',
    ],
    [
      'of the server of the organisation',
      'okta',
      tokens.oktaUser,
      { iss: 'https://acme.okta.com', aud: 'https://acme.okta.com' },
      '401 unauthorized',
    ],
    ['without the scope', 'okta', tokens.oktaUser, { scp: ['openid'] }, '403 insufficient_scope'],
    [
      'a logout token',
      'duende',
      { ...tokens.duendeUser, header: { typ: 'logout+jwt' } },
      {},
      '401 unauthorized',
    ],
    [
      'for another resource',
      'duende',
      tokens.duendeUser,
      { aud: 'https://identity.acme.example/resources' },
      '401 unauthorized',
    ],
    ['of a private account', 'google', tokens.googleUser, { hd: undefined }, '403 policy_denied'],
    [
      'of another Workspace',
      'google',
      tokens.googleUser,
      { hd: 'other.example' },
      '403 policy_denied',
    ],
    [
      'for another application',
      'google',
      tokens.googleUser,
      { aud: 'other.apps.googleusercontent.com' },
      '401 unauthorized',
    ],
    [
      'of another account',
      'googleServiceAccounts',
      tokens.googleServiceAccount,
      { email: 'other@acme-project.iam.gserviceaccount.com' },
      '403 policy_denied',
    ],
    [
      'with an address that is not verified',
      'googleServiceAccounts',
      tokens.googleServiceAccount,
      { email_verified: false },
      '403 policy_denied',
    ],
  ])('%s: %s', async (_what, provider, token, changes, answer) => {
    expect((await ask([provider], token, changes)).answer).toBe(answer);
  });
});

describe('the page', () => {
  const page = readFileSync(new URL('../../docs/identity-providers.md', import.meta.url), 'utf8');

  test.each(Object.keys(OPTIONS) as Provider[])(
    'shows %s, which is a configuration as it stands',
    (name) => {
      expect(page).toContain(`export const ${name}: JwtOptions = {\n`);
      expect(() => jwt(OPTIONS[name])).not.toThrow();
    },
  );

  test('shows what is tested, character for character', () => {
    const example = readFileSync(
      new URL('../../examples/identity-providers.ts', import.meta.url),
      'utf8',
    );
    const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block);
    expect(blocks.length).toBeGreaterThan(9);
    for (const block of blocks) expect(example).toContain(block);
  });

  test('each configuration finds its keys by itself, but for those that say where they are', () => {
    const places = Object.values(OPTIONS).map(({ jwksUri }: JwtOptions) => String(jwksUri));
    for (const place of places) expect(place).toMatch(/^undefined$|^https:/);
  });
});

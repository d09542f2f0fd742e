/** Options of `jwt` for the tokens of some identity providers; docs/identity-providers.md says what they mean. */
import type { JwtOptions } from 'express-mcp-gateway';

const APP_ID = '00001111-aaaa-2222-bbbb-3333cccc4444';
const APP_ID_URI = 'https://gateway.example/mcp';

export const entraId: JwtOptions = {
  issuer: 'https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0',
  audience: APP_ID,
  scopes: [`${APP_ID_URI}/access_as_user`],
  claims: ({ oid, sub, scp }) => ({
    // `oid` is the same for all APIs of a tenant. `sub` differs for each API, and is always there.
    subject: oid ?? sub,
    // A token has the short name of a scope, and clients have to ask for its long name.
    scopes: String(scp ?? '').replaceAll(/\S+/g, `${APP_ID_URI}/$&`),
  }),
};

export const entraIdApplications: JwtOptions = {
  ...entraId,
  scopes: [],
  roles: ['Mcp.Call'],
};

export const entraIdTenants: JwtOptions = {
  ...entraId,
  issuer: {
    pattern: 'https://login.microsoftonline.com/{tenant}/v2.0',
    tenants: ['aaaabbbb-0000-cccc-1111-dddd2222eeee', 'bbbbcccc-1111-dddd-2222-eeee3333ffff'],
  },
  jwksUri: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
};

export const entraIdVersion1: JwtOptions = {
  ...entraId,
  issuer: 'https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/',
  jwksUri: 'https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/discovery/keys',
  audience: [APP_ID_URI, APP_ID],
};

export const cognito: JwtOptions = {
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE',
  audience: 'https://gateway.example/mcp',
  scopes: ['https://gateway.example/mcp/tools'],
  claims: (claims) => ({ roles: claims['cognito:groups'] }),
};

export const cognitoClients: JwtOptions = {
  ...cognito,
  audience: { claim: 'client_id', anyOf: ['1example23456789'] },
};

export const keycloak: JwtOptions = {
  issuer: 'https://keycloak.example/realms/acme',
  audience: 'https://gateway.example/mcp',
  scopes: ['mcp'],
  roles: ['mcp-user'],
  claims: ({ realm_access }) => ({
    roles: (realm_access as { roles?: unknown } | undefined)?.roles,
  }),
};

export const auth0: JwtOptions = {
  // The slash at the end belongs to the issuer.
  issuer: 'https://acme.eu.auth0.com/',
  audience: 'https://gateway.example/mcp',
  scopes: ['call:tools'],
  claims: (claims) => ({ roles: claims['https://gateway.example/roles'] }),
};

export const okta: JwtOptions = {
  issuer: 'https://acme.okta.com/oauth2/default',
  audience: 'api://default',
  scopes: ['mcp'],
  claims: ({ uid, sub, groups }) => ({
    // `sub` is the login of a user, which may change; a service has no `uid`.
    subject: uid ?? sub,
    roles: groups,
  }),
};

export const duende: JwtOptions = {
  issuer: 'https://identity.acme.example',
  audience: 'https://gateway.example/mcp',
  scopes: ['mcp'],
  claims: ({ sub, client_id, role }) => ({
    // A client that acts without a user gets tokens without a subject.
    subject: sub ?? `client:${client_id}`,
    roles: role,
  }),
};

export const google: JwtOptions = {
  issuer: 'https://accounts.google.com',
  audience: '123456789012-example.apps.googleusercontent.com',
  // The Workspace of the company. Private accounts have none.
  roles: ['acme.example'],
  claims: ({ hd }) => ({ roles: hd }),
};

export const googleWithoutScheme: JwtOptions = {
  ...google,
  issuer: 'accounts.google.com',
  jwksUri: 'https://www.googleapis.com/oauth2/v3/certs',
};

export const googleServiceAccounts: JwtOptions = {
  issuer: 'https://accounts.google.com',
  audience: 'https://gateway.example/mcp',
  roles: ['agent@acme-project.iam.gserviceaccount.com'],
  claims: ({ email, email_verified }) => ({ roles: email_verified === true ? email : [] }),
};

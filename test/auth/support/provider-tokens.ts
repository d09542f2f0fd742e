/**
 * What tokens of some identity providers look like, written by hand after what these publish about them. Nothing in
 * here was ever issued: names and keys are made up. Times are added where a token is signed.
 */
export interface ProviderToken {
  /** Besides `alg` and `kid`. */
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee';
const APP_ID = '00001111-aaaa-2222-bbbb-3333cccc4444';
const CLIENT = '99990000-8888-ffff-7777-eeee6666dddd';
const OID = '11112222-bbbb-3333-cccc-4444dddd5555';

/** https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference, version 2.0. */
export const entraIdUser: ProviderToken = {
  header: { typ: 'JWT' },
  claims: {
    aud: APP_ID,
    iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    aio: 'AXQAi/8IAAAA',
    azp: CLIENT,
    azpacr: '0',
    name: 'Ada Lovelace',
    oid: OID,
    preferred_username: 'ada@contoso.example',
    rh: '0.AXQA.',
    scp: 'access_as_user profile.read',
    sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
    tid: TENANT,
    uti: 'fqiBqXLPj0eQa82S-IYFAA',
    ver: '2.0',
  },
};

/** The same by client credentials: app roles and no scope. */
export const entraIdApplication: ProviderToken = {
  header: { typ: 'JWT' },
  claims: {
    aud: APP_ID,
    iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    azp: CLIENT,
    azpacr: '1',
    idtyp: 'app',
    oid: OID,
    roles: ['Mcp.Call'],
    sub: OID,
    tid: TENANT,
    ver: '2.0',
  },
};

/** Version 1.0: `appid` and `unique_name`, and the issuer that ends with a slash. */
export const entraIdVersion1User: ProviderToken = {
  header: { typ: 'JWT', x5t: 'i6lGk3FZzxRcUb2C3nEQ7syHJlY' },
  claims: {
    aud: 'https://gateway.example/mcp',
    iss: `https://sts.windows.net/${TENANT}/`,
    acr: '1',
    amr: ['pwd'],
    appid: CLIENT,
    appidacr: '0',
    family_name: 'Lovelace',
    given_name: 'Ada',
    ipaddr: '192.0.2.1',
    oid: OID,
    scp: 'access_as_user',
    sub: 'l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA',
    tid: TENANT,
    unique_name: 'ada@contoso.example',
    ver: '1.0',
  },
};

const POOL = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE';

/** https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html */
export const cognitoAccess: ProviderToken = {
  header: {},
  claims: {
    sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    'cognito:groups': ['agents'],
    device_key: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    iss: POOL,
    version: 2,
    client_id: '1example23456789',
    origin_jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    event_id: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    token_use: 'access',
    scope: 'phone openid https://gateway.example/mcp/tools',
    jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    username: 'ada',
  },
};

/** With a resource in the request. */
export const cognitoResource: ProviderToken = {
  header: {},
  claims: { ...cognitoAccess.claims, aud: 'https://gateway.example/mcp' },
};

/** The ID token of the same session has `aud` in place of `client_id`. */
export const cognitoId: ProviderToken = {
  header: {},
  claims: {
    sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    'cognito:groups': ['agents'],
    'cognito:username': 'ada',
    iss: POOL,
    aud: '1example23456789',
    token_use: 'id',
    email: 'ada@acme.example',
    email_verified: true,
  },
};

/** https://www.keycloak.org/docs/latest/server_admin/, "Audience support" and "Role scope mappings". */
export const keycloakUser: ProviderToken = {
  header: { typ: 'JWT' },
  claims: {
    jti: 'onrtac:1f0a2e1c-0b6d-4a8e-9f3f-2b6b1f0c9a11',
    iss: 'https://keycloak.example/realms/acme',
    aud: ['https://gateway.example/mcp', 'account'],
    sub: 'f1c4f64e-2c0c-4cda-8c9f-9f3f8f3a2b0e',
    typ: 'Bearer',
    azp: 'agent',
    sid: '4c0a3a8a-3a47-4f2f-8e89-9e5f9b0a0a0a',
    acr: '1',
    'allowed-origins': ['https://agent.example'],
    realm_access: { roles: ['offline_access', 'default-roles-acme', 'mcp-user'] },
    resource_access: { account: { roles: ['manage-account', 'view-profile'] } },
    scope: 'openid profile mcp',
    email_verified: true,
    preferred_username: 'ada',
  },
};

/** https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles, the token profile of Auth0. */
export const auth0User: ProviderToken = {
  header: { typ: 'JWT' },
  claims: {
    iss: 'https://acme.eu.auth0.com/',
    sub: 'auth0|6553da60a54af58e29493993',
    aud: ['https://gateway.example/mcp', 'https://acme.eu.auth0.com/userinfo'],
    azp: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
    scope: 'openid profile call:tools',
    permissions: ['call:tools', 'delete:tools'],
    'https://gateway.example/roles': ['operator'],
  },
};

/** The RFC 9068 profile: another type, and `client_id`. */
export const auth0Rfc9068: ProviderToken = {
  header: { typ: 'at+jwt' },
  claims: {
    iss: 'https://acme.eu.auth0.com/',
    sub: 'awZfdIir8YFdGZWkvCejDoUb7SjTDicx@clients',
    aud: 'https://gateway.example/mcp',
    client_id: 'awZfdIir8YFdGZWkvCejDoUb7SjTDicx',
    jti: 'nFBEJlTmFdbMHrqFzkHGpS',
    scope: 'call:tools',
    permissions: ['call:tools'],
  },
};

/** https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/, access tokens of a custom server. */
export const oktaUser: ProviderToken = {
  header: {},
  claims: {
    ver: 1,
    jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
    iss: 'https://acme.okta.com/oauth2/default',
    aud: 'api://default',
    sub: 'ada@acme.example',
    cid: 'nmdP1fcyvdVO11AL7ECm',
    uid: '00uid4BxXw6I6TV4m0g3',
    scp: ['openid', 'mcp'],
    groups: ['Everyone', 'Agents'],
  },
};

/** The same by client credentials: no `uid`, the client is the subject. */
export const oktaService: ProviderToken = {
  header: {},
  claims: {
    ver: 1,
    jti: 'AT.1mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
    iss: 'https://acme.okta.com/oauth2/default',
    aud: 'api://default',
    sub: 'nmdP1fcyvdVO11AL7ECm',
    cid: 'nmdP1fcyvdVO11AL7ECm',
    scp: ['mcp'],
  },
};

/** https://docs.duendesoftware.com/identityserver/apis/aspnetcore/authorization/: scopes are a list. */
export const duendeUser: ProviderToken = {
  header: { typ: 'at+jwt' },
  claims: {
    iss: 'https://identity.acme.example',
    aud: ['https://gateway.example/mcp', 'https://identity.acme.example/resources'],
    scope: ['openid', 'profile', 'mcp', 'offline_access'],
    amr: ['pwd'],
    client_id: 'agent',
    sub: '818727',
    auth_time: 1767225600,
    idp: 'local',
    role: ['operator'],
    sid: 'D4C9E3B0E5F2A1',
    jti: '9E7B3B0D5B0D4E0F',
  },
};

/** The same by client credentials: no subject. */
export const duendeService: ProviderToken = {
  header: { typ: 'at+jwt' },
  claims: {
    iss: 'https://identity.acme.example',
    aud: 'https://gateway.example/mcp',
    scope: ['mcp'],
    client_id: 'nightly',
    jti: '9E7B3B0D5B0D4E10',
  },
};

/** https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload */
export const googleUser: ProviderToken = {
  header: { typ: 'JWT' },
  claims: {
    iss: 'https://accounts.google.com',
    azp: '123456789012-example.apps.googleusercontent.com',
    aud: '123456789012-example.apps.googleusercontent.com',
    sub: '10769150350006150715113082367',
    at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
    hd: 'acme.example',
    email: 'ada@acme.example',
    email_verified: true,
    nonce: '0394852-3190485-2490358',
  },
};

/** https://cloud.google.com/run/docs/authenticating/service-to-service: the audience is what the caller asked for. */
export const googleServiceAccount: ProviderToken = {
  header: { typ: 'JWT' },
  claims: {
    iss: 'https://accounts.google.com',
    azp: '104029292853099978293',
    aud: 'https://gateway.example/mcp',
    sub: '104029292853099978293',
    email: 'agent@acme-project.iam.gserviceaccount.com',
    email_verified: true,
  },
};

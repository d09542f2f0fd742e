import { describe, expect, test } from '@jest/globals';
import {
  apiKey,
  clientCredentials,
  createMcpGateway,
  type GatewayConfig,
  GatewayConfigError,
  introspection,
  jwt,
  requireAuth,
  tokenExchange,
} from '../src/index.ts';

const SECRET = 's3cr3t-k3y';
const target = 'https://127.0.0.1:1/mcp';
const SCOPE = { audience: 'a', issuer: 'https://idp.example' };

/** Secrets at places where they do not belong, as people put them there by mistake. */
const MISTAKES: Readonly<Record<string, () => unknown>> = {
  'a password in the target': of({ target: `https://u:${SECRET}@h/mcp` }),
  'a key in a target that is no URL': of({ target: `h/mcp?key=${SECRET}` }),
  'a password in publicUrl': of({ publicUrl: `https://u:${SECRET}@h/mcp` }),
  'a key in publicUrl': of({ publicUrl: `https://h/mcp?key=${SECRET}` }),
  'a proxy that is no URL': of({ proxy: `ftp://u:${SECRET}@h:1` }),
  'a token as auth': of({ auth: SECRET as never }),
  'a token in auth': of({ auth: { token: SECRET } as never }),
  'tokens as auth': of({ auth: [SECRET] as never }),
  'the URL of a store of sessions': of({ auth: () => null, sessions: store() as never }),
  'the URL of sessions': of({ auth: () => null, sessions: store().store as never }),
  'the URL of a store of limits': of({
    rateLimit: { limit: 1, window: '1m', ...store() } as never,
  }),
  'a header with a line end': of({ headers: { set: { Authorization: `Bearer ${SECRET}\n` } } }),
  'a value in place of a name': of({ headers: { set: { 'X-A': 'a' }, secret: [SECRET] } }),
  'a key that is no PEM': of({ tls: { key: SECRET, cert: SECRET, passphrase: SECRET } }),
  'a passphrase without a key': of({ tls: { passphrase: SECRET } }),
  'a CA that is no PEM': of({ tls: { ca: SECRET } }),
  'a key in health.path': of({ health: { path: `https://h/?key=${SECRET}` } }),
  'a key in the clear': () => apiKey({ keys: [SECRET] as never }),
  'keys in the clear': () => apiKey({ keys: SECRET as never }),
  'a key in place of its hash': () => apiKey({ keys: [{ sha256: SECRET, subject: 'a' }] }),
  'a key in place of options': () => apiKey(SECRET as never),
  'a token for requireAuth': () => requireAuth(SECRET as never),
  'a password in jwksUri': () => jwt({ ...SCOPE, jwksUri: `https://u:${SECRET}@h/` }),
  'a password in the issuer': () => jwt({ ...SCOPE, issuer: `https://u:${SECRET}@h/` }),
  'a key in the issuer': () => jwt({ ...SCOPE, issuer: `https://h/?key=${SECRET}` }),
  'a password in an issuer to ask': () =>
    introspection({ ...asked(), issuer: `https://u:${SECRET}@h/` }),
  'a key in an issuer to ask': () =>
    introspection({ ...asked(), issuer: `https://h/?key=${SECRET}` }),
  'a key in an issuer that is no URL': () =>
    introspection({ ...asked(), issuer: `h/?key=${SECRET}` }),
  'a password in url': () => introspection({ ...asked(), url: `https://u:${SECRET}@h/` }),
  'a secret in a list': () => introspection({ ...asked(), clientSecret: [SECRET] as never }),
  'a secret in place of the client': () =>
    introspection({ ...asked(), clientId: [SECRET] as never }),
  'a password in issuer.pattern': ofPattern({ pattern: `https://u:${SECRET}@h/{tenant}` }),
  'a key in issuer.pattern': ofPattern({ pattern: `https://h/{tenant}?key=${SECRET}` }),
  'a password in issuer.authorizationServers': ofPattern({
    authorizationServers: [`https://u:${SECRET}@h`],
  }),
  'a password in tokenUrl': () => clientCredentials({ ...client(), tokenUrl: `ftp://${SECRET}@h` }),
  'a secret that is no text': () =>
    clientCredentials({ ...client(), clientSecret: [SECRET] as never }),
  'a secret of an exchange': () => tokenExchange({ ...client(), clientSecret: [SECRET] as never }),
};

function of(config: Partial<GatewayConfig>) {
  return () => createMcpGateway({ target, ...config });
}

function ofPattern(issuer: object) {
  const tenants = { pattern: 'https://idp.example/{tenant}', tenants: ['a'], ...issuer };
  return () => jwt({ ...SCOPE, issuer: tenants });
}

function store() {
  return { store: `redis://:${SECRET}@redis.example` };
}

function asked() {
  return { ...SCOPE, clientId: 'a', clientSecret: SECRET };
}

function client() {
  return { tokenUrl: 'https://idp.example/token', clientId: 'a', clientSecret: SECRET };
}

describe('what is wrong in a configuration is told without a secret', () => {
  test.each(Object.entries(MISTAKES))('%s', (_what, build) => {
    let thrown: unknown;
    try {
      build();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(GatewayConfigError);
    const { message, problems } = thrown as GatewayConfigError;
    expect(JSON.stringify([message, problems])).not.toContain(SECRET);
  });
});

import { describe, expect, test } from '@jest/globals';
import { type JwtOptions, jwt } from '../../src/index.ts';
import { problemsOf } from '../support/config-error.ts';
import { AUDIENCE, gate } from '../support/jwt/gate.ts';
import { json, type KeyServer, keyServer, signingKey } from '../support/jwt/issuer.ts';

const key = await signingKey('key-1');

/** This machine by an address that is none of a machine for itself. */
const ELSEWHERE = '0.0.0.0';

const elsewhere = (url: string) => url.replace('127.0.0.1', ELSEWHERE);

async function outcome(
  { issuer, jwksUri }: { issuer: string; jwksUri?: string },
  options: Partial<JwtOptions>,
): Promise<string> {
  const own = await gate({ issuer, ...(jwksUri && { jwksUri }) }, options);
  return (await own.present(await own.good(key))).outcome;
}

/** An issuer that is found under the other address, and says that its keys are at `keys`. */
function publishing(server: KeyServer, issuer: string, keys: string): void {
  server.answer = (req, res) => {
    if (req.url === '/keys') json({ keys: [key.jwk] })(req, res);
    else json({ issuer, jwks_uri: keys })(req, res);
  };
}

describe('inside a network, by a name that says what it weakens', () => {
  const options = { unsafeAllowHttp: true };

  test('keys from jwksUri', async () => {
    const { jwksUri } = await keyServer(key);
    const found = await outcome(
      { issuer: 'https://idp.example', jwksUri: elsewhere(jwksUri) },
      options,
    );
    expect(found).toBe('accepted');
  });

  test('metadata, and the keys that it names', async () => {
    const server = await keyServer(key);
    const issuer = elsewhere(server.issuer);
    publishing(server, issuer, elsewhere(server.jwksUri));
    expect(await outcome({ issuer }, options)).toBe('accepted');
    expect(server.requests).toEqual(['/.well-known/oauth-authorization-server', '/keys']);
  });

  test('a redirect is not followed', async () => {
    const server = await keyServer(key);
    const { jwksUri } = await keyServer(key);
    server.answer = (_req, res) => res.writeHead(302, { location: jwksUri }).end();
    const found = await outcome(
      { issuer: 'https://idp.example', jwksUri: elsewhere(server.jwksUri) },
      options,
    );
    expect(found).toBe('unavailable');
  });
});

test('without it, metadata of this machine leads to no keys of another', async () => {
  const server = await keyServer(key);
  publishing(server, server.issuer, elsewhere(server.jwksUri));
  expect(await outcome({ issuer: server.issuer }, {})).toBe('unavailable');
  expect(server.requests).not.toContain('/keys');
});

describe('config mistakes', () => {
  const problems = (options: object) =>
    problemsOf(() =>
      jwt({ issuer: 'https://idp.example', audience: AUDIENCE, ...options } as JwtOptions),
    );

  test.each<[string, object, string]>([
    ['jwksUri without it', { jwksUri: 'http://10.0.0.1/keys' }, 'jwksUri'],
    ['an issuer without it', { issuer: 'http://idp.internal' }, 'issuer'],
    ['it is off', { issuer: 'http://idp.internal', unsafeAllowHttp: false }, 'issuer'],
    [
      'a pattern without it',
      { issuer: { pattern: 'http://idp.internal/{tenant}', tenants: ['a'] } },
      'issuer.pattern',
    ],
  ])('%s: the fix is named', (_what, options, path) => {
    expect(problems(options)).toMatchObject([
      { path, expected: expect.stringContaining('unsafeAllowHttp: true') },
    ]);
  });

  test.each<[string, object, string]>([
    ['a text', { unsafeAllowHttp: 'yes', jwksUri: 'http://10.0.0.1/keys' }, 'unsafeAllowHttp'],
    ['a password', { unsafeAllowHttp: true, jwksUri: 'http://a:b@10.0.0.1/keys' }, 'jwksUri'],
    ['a file', { unsafeAllowHttp: true, jwksUri: 'file:///keys' }, 'jwksUri'],
  ])('%s', (_what, options, path) => {
    expect(problems(options)[0]).toMatchObject({ path });
  });

  test.each(['allowHttp', 'allowInsecureJwksUri', 'unsafeAllowHTTP'])(
    'what is meant by %s',
    (name) => {
      expect(problems({ [name]: true })).toMatchObject([
        { path: name, expected: expect.stringMatching('^unsafeAllowHttp') },
      ]);
    },
  );
});

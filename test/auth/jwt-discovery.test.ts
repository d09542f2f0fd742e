import { describe, expect, test } from '@jest/globals';
import { gate } from '../support/jwt/gate.ts';
import { json, type KeyServer, keyServer, signingKey } from '../support/jwt/issuer.ts';

const key = await signingKey('key-1');

/** An issuer under `path` that answers these documents, and 404 elsewhere. */
async function issuer(
  path: string,
  documents: (issuer: string, server: KeyServer) => Record<string, unknown>,
): Promise<KeyServer & { name: string }> {
  const server = await keyServer();
  const name = server.issuer + path;
  server.answer = (req, res) => {
    const document = { '/keys': { keys: [key.jwk] }, ...documents(name, server) }[String(req.url)];
    if (document === undefined) res.writeHead(404).end();
    else json(document)(req, res);
  };
  return Object.assign(server, { name });
}

const metadata = (name: string, { jwksUri }: KeyServer) => ({ issuer: name, jwks_uri: jwksUri });

async function outcomeWith({ name }: { name: string }): Promise<string> {
  const own = await gate({ issuer: name });
  return (await own.present(await own.good(key))).outcome;
}

describe('where the keys are is found through the issuer', () => {
  test.each([
    ['RFC 8414', '', '/.well-known/oauth-authorization-server'],
    ['RFC 8414, with a path', '/a/b', '/.well-known/oauth-authorization-server/a/b'],
    ['RFC 8414, with a slash at the end', '/', '/.well-known/oauth-authorization-server'],
    ['OpenID Connect', '', '/.well-known/openid-configuration'],
    ['OpenID Connect, inserted', '/a/b', '/.well-known/openid-configuration/a/b'],
    ['OpenID Connect, appended', '/a/b', '/a/b/.well-known/openid-configuration'],
    ['OpenID Connect, appended, with a slash', '/a/b/', '/a/b/.well-known/openid-configuration'],
  ])('%s', async (_what, path, place) => {
    const server = await issuer(path, (name, own) => ({ [place]: metadata(name, own) }));
    expect(await outcomeWith(server)).toBe('accepted');
    expect(server.requests.slice(-2)).toEqual([place, '/keys']);
  });

  test('in this order, each place once', async () => {
    const server = await issuer('/a', () => ({}));
    expect(await outcomeWith(server)).toBe('unavailable');
    expect(server.requests).toEqual([
      '/.well-known/oauth-authorization-server/a',
      '/.well-known/openid-configuration/a',
      '/a/.well-known/openid-configuration',
    ]);
  });
});

describe('metadata that is not gone by', () => {
  const PLACE = '/.well-known/oauth-authorization-server';
  test.each<[string, (name: string, own: KeyServer) => unknown]>([
    ['that of another issuer', (name, own) => metadata(`${name}/`, own)],
    ['of no issuer', (_name, own) => ({ jwks_uri: own.jwksUri })],
    ['in other letters', (name, own) => metadata(name.replace('http', 'HTTP'), own)],
    ['without keys', (name) => ({ issuer: name })],
    ['with keys at no URL', (name) => ({ issuer: name, jwks_uri: '/keys' })],
    ['with keys in a file', (name) => ({ issuer: name, jwks_uri: 'file:///etc/passwd' })],
    ['with keys without TLS', (name) => ({ issuer: name, jwks_uri: 'http://192.0.2.1/keys' })],
    [
      'with keys behind a password',
      (name, own) => ({ issuer: name, jwks_uri: own.jwksUri.replace('//', '//a:b@') }),
    ],
    ['a list', (name, own) => [metadata(name, own)]],
    ['null', () => null],
    ['a text', (name) => name],
  ])('%s', async (_what, document) => {
    const server = await issuer('', (name, own) => ({ [PLACE]: document(name, own) }));
    expect(await outcomeWith(server)).toBe('unavailable');
    expect(server.requests).not.toContain('/keys');
  });

  test('nor is what it redirects to', async () => {
    const other = await issuer('', (name, own) => ({ [PLACE]: metadata(name, own) }));
    const server = await keyServer();
    server.answer = (_req, res) => res.writeHead(307, { Location: other.name + PLACE }).end();
    expect(await outcomeWith({ name: server.issuer })).toBe('unavailable');
    expect(other.requests).toEqual([]);
  });
});

test('when the keys move, they are found where they are', async () => {
  let place = '/keys';
  const server = await issuer('', (name, { issuer }) => ({
    '/.well-known/oauth-authorization-server': { issuer: name, jwks_uri: issuer + place },
    '/new': { keys: [key.jwk] },
    '/keys': { keys: [(place === '/keys' ? key : other).jwk] },
  }));
  const other = await signingKey('key-2');
  const own = await gate({ issuer: server.name });
  expect((await own.present(await own.good(key))).outcome).toBe('accepted');
  place = '/new';
  own.clock.pass(60 * 60_000);
  expect((await own.present(await own.good(key))).outcome).toBe('accepted');
  expect(server.requests.at(-1)).toBe('/new');
});

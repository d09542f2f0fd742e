import { beforeAll, describe, expect, test } from '@jest/globals';
import { createMcpGateway, injectHeaders, mcpProxy } from '../../src/index.ts';
import {
  Authority,
  describeWithCertificates,
  encrypted,
  type Identity,
} from '../support/certificates.ts';
import { pathsOf, problemsOf } from '../support/config-error.ts';

const HTTPS = 'https://127.0.0.1:1/mcp';
const HTTP = 'http://127.0.0.1:1/mcp';
const handler = (_req: unknown, res: { end(): void }) => res.end();

// biome-ignore lint/suspicious/noExplicitAny: these are mistakes a type checker would have caught.
type Wrong = any;

describe.each<[string, (options: Wrong) => unknown]>([
  ['createMcpGateway', createMcpGateway],
  ['mcpProxy', mcpProxy],
])('%s refuses at construction', (_name, create) => {
  test.each<[string, Wrong, string]>([
    ['tls that is no object', { target: HTTPS, tls: true }, 'tls'],
    ['null for tls', { target: HTTPS, tls: null }, 'tls'],
    ['an unknown part of tls', { target: HTTPS, tls: { cacert: 'x' } }, 'tls.cacert'],
    ['tls towards http', { target: HTTP, tls: {} }, 'tls'],
    ['tls with a handler', { target: handler, tls: {} }, 'tls'],
    ['the name of a file as ca', { target: HTTPS, tls: { ca: '/etc/ca.pem' } }, 'tls.ca'],
    ['an empty ca, as of a missing file', { target: HTTPS, tls: { ca: '' } }, 'tls.ca'],
    ['no ca in a list', { target: HTTPS, tls: { ca: [] } }, 'tls.ca'],
    ['a number as ca', { target: HTTPS, tls: { ca: 1 } }, 'tls.ca'],
    [
      'an address as servername',
      { target: HTTPS, tls: { servername: '10.0.0.1' } },
      'tls.servername',
    ],
    ['an empty servername', { target: HTTPS, tls: { servername: '' } }, 'tls.servername'],
    [
      'a text for unsafeAllowInvalidCertificates',
      { target: HTTPS, tls: { unsafeAllowInvalidCertificates: 'no' } },
      'tls.unsafeAllowInvalidCertificates',
    ],
    ['a passphrase of no key', { target: HTTPS, tls: { passphrase: 'x' } }, 'tls.passphrase'],
    ['a proxy with a handler', { target: handler, proxy: 'http://127.0.0.1:1' }, 'proxy'],
    ['a proxy that is no URL', { target: HTTPS, proxy: 'proxy.example:3128' }, 'proxy'],
    ['a proxy of another kind', { target: HTTPS, proxy: 'socks5://127.0.0.1:1' }, 'proxy'],
    ['a proxy with a path', { target: HTTPS, proxy: 'http://127.0.0.1:1/p' }, 'proxy'],
    [
      'a proxy with a broken password',
      { target: HTTPS, proxy: 'http://a:%ff@127.0.0.1:1' },
      'proxy',
    ],
    ['true for proxy', { target: HTTPS, proxy: true }, 'proxy'],
    ['null for proxy', { target: HTTPS, proxy: null }, 'proxy'],
    ['a socket with a handler', { target: handler, socketPath: '/run/x.sock' }, 'socketPath'],
    ['a socket in place of several', { target: [HTTP, HTTPS], socketPath: '/a' }, 'socketPath'],
    ['tls where one of several is http', { target: [HTTPS, HTTP], tls: {} }, 'tls'],
    ['an empty socketPath', { target: HTTP, socketPath: '' }, 'socketPath'],
    [
      'a proxy in front of a Unix socket',
      { target: HTTP, socketPath: '/run/x.sock', proxy: 'http://127.0.0.1:1' },
      'proxy',
    ],
    ['an agent', { target: HTTPS, agent: {} }, 'agent'],
  ])('%s', (_what, options, path) => {
    expect(pathsOf(() => create(options))).toEqual([path]);
  });

  test.each<[string, Wrong]>([
    ['all of it switched off', { target: HTTP, tls: false, proxy: false, socketPath: false }],
    ['that with a handler', { target: handler, tls: false, proxy: false, socketPath: false }],
    ['an empty tls', { target: HTTPS, tls: {} }],
    ['a URL as proxy', { target: HTTPS, proxy: new URL('https://u:p@[::1]:3128') }],
    ['a proxy from the environment', { target: HTTPS, proxy: 'env' }],
    ['a Unix socket and no proxy', { target: HTTP, socketPath: '/run/x.sock', proxy: false }],
  ])('but not %s', (_what, options) => {
    expect(() => create(options)).not.toThrow();
  });

  test.each([
    ['agent', 'tls, proxy or socketPath'],
    ['rejectUnauthorized', 'tls.unsafeAllowInvalidCertificates'],
    ['changeOrigin', 'headers.host'],
    ['trustProxy', "app.set('trust proxy'"],
  ])('%s, with what people mean by it', (name, meant) => {
    const [problem] = problemsOf(() => create({ target: HTTPS, [name]: true }));
    expect(problem?.expected).toContain(meant);
  });

  test('rejectUnauthorized within tls as well', () => {
    const [problem] = problemsOf(() =>
      create({ target: HTTPS, tls: { rejectUnauthorized: false } }),
    );
    expect(problem).toMatchObject({
      path: 'tls.rejectUnauthorized',
      expected: expect.stringContaining('unsafeAllowInvalidCertificates: true'),
    });
  });

  test('never showing the password of a proxy', () => {
    for (const proxy of ['ftp://u:hidden@127.0.0.1', 'http://u:hidden@127.0.0.1/p', 'u:hidden@x']) {
      expect(() => create({ target: HTTPS, proxy })).toThrow(/^(?!.*hidden).*proxy: given a text/s);
    }
  });
});

describeWithCertificates('a certificate and a key are checked at construction', () => {
  let one: Identity;
  let other: Identity;
  let ca: string;

  beforeAll(() => {
    const authority = new Authority('Private authority');
    one = authority.issue('client-a');
    other = authority.issue('client-b');
    ca = authority.cert;
  });

  test.each<[string, () => Wrong, string]>([
    ['a certificate without its key', () => ({ cert: one.cert }), 'tls.key'],
    ['a key without its certificate', () => ({ key: one.key }), 'tls.cert'],
    ['a key of another certificate', () => ({ cert: one.cert, key: other.key }), 'tls.key'],
    ['a certificate in place of a key', () => ({ cert: one.cert, key: one.cert }), 'tls.key'],
    ['a key in place of a certificate', () => ({ cert: one.key, key: one.key }), 'tls.cert'],
    ['a key in place of an authority', () => ({ ca: one.key }), 'tls.ca'],
    ['a file with a broken end', () => ({ ca: `${ca}${ca.slice(0, -60)}` }), 'tls.ca'],
    ['one that is no certificate', () => ({ ca: ca.replace(/M[A-Z]/, '__') }), 'tls.ca'],
    [
      'an encrypted key without passphrase',
      () => ({ ...one, key: encrypted(one.key, 'open') }),
      'tls.passphrase',
    ],
    [
      'a wrong passphrase',
      () => ({ ...one, key: encrypted(one.key, 'open'), passphrase: 'hidden' }),
      'tls.passphrase',
    ],
    ['a number as passphrase', () => ({ ...one, passphrase: 1 }), 'tls.passphrase'],
  ])('%s', (_what, tls, path) => {
    const problems = problemsOf(() => createMcpGateway({ target: HTTPS, tls: tls() }));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(JSON.stringify(problems)).not.toMatch(/BEGIN|hidden|open\b/);
  });

  test.each<[string, () => Wrong]>([
    [
      'a passphrase of each key',
      () => {
        const key = { pem: encrypted(one.key, 'open'), passphrase: 'open' };
        return { cert: [one.cert], key: [key] };
      },
    ],
    ['a passphrase that is not needed', () => ({ ...one, passphrase: 'x' })],
    ['Buffers', () => ({ cert: Buffer.from(one.cert), key: Buffer.from(one.key), ca: [ca] })],
  ])('%s is taken', (_what, tls) => {
    expect(() => createMcpGateway({ target: HTTPS, tls: tls() })).not.toThrow();
  });
});

describe('headers.host', () => {
  test.each([
    '',
    'a b',
    'https://mcp.example',
    'mcp.example/',
    'a:b',
    'mcp.example:99999',
    'mcp.example:',
    '[::1',
    '[x]',
    '::1',
    'user@mcp.example',
    'a\r\nb',
    7,
    null,
    ['a'],
  ])('%j is no value of Host', (host: Wrong) => {
    expect(pathsOf(() => createMcpGateway({ target: HTTP, headers: { host } }))).toEqual([
      'headers.host',
    ]);
    expect(pathsOf(() => injectHeaders({ host }))).toEqual(['host']);
  });

  test.each(['mcp.internal', 'localhost:8000', '10.0.0.1', '[::1]', '[fe80::1]:80', 'a_b'])(
    '%s is one',
    (host) => {
      expect(() => createMcpGateway({ target: HTTP, headers: { host } })).not.toThrow();
    },
  );

  test.each(['Host', 'host', 'HOST'])('headers.set with %s says where that belongs', (name) => {
    const problems = problemsOf(() =>
      createMcpGateway({ target: HTTP, headers: { set: { [name]: 'x' } } }),
    );
    expect(problems).toEqual([
      expect.objectContaining({ path: `headers.set.${name}`, expected: 'the option headers.host' }),
    ]);
  });

  test('is a config error where a proxy would replace it', () => {
    const options = { proxy: 'http://127.0.0.1:1', headers: { host: 'mcp.internal' } };
    expect(pathsOf(() => createMcpGateway({ target: HTTP, ...options }))).toEqual(['headers.host']);
    expect(() => createMcpGateway({ target: HTTPS, ...options })).not.toThrow();
  });
});

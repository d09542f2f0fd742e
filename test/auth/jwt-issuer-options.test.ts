import { describe, expect, test } from '@jest/globals';
import { type JwtOptions, jwt } from '../../src/index.ts';
import { problemsOf } from '../support/config-error.ts';

const PATTERN = 'https://login.example/{tenant}/v2.0';
const audience = 'https://gateway.example/mcp';

const building =
  (issuer: unknown, options: object = {}) =>
  () =>
    jwt({ issuer, audience, ...options } as JwtOptions);

const problems = (issuer: unknown, options?: object) => problemsOf(building(issuer, options));

describe('config mistakes', () => {
  const tenants = ['acme'];

  test.each<[string, unknown, string]>([
    ['no pattern', { tenants }, 'issuer.pattern'],
    [
      'a pattern without a name',
      { pattern: 'https://login.example/v2.0', tenants },
      'issuer.pattern',
    ],
    [
      'a name that is another',
      { pattern: 'https://login.example/{tid}/v2.0', tenants },
      'issuer.pattern',
    ],
    [
      'a name in capitals',
      { pattern: 'https://login.example/{Tenant}/v2.0', tenants },
      'issuer.pattern',
    ],
    [
      'a name twice',
      { pattern: 'https://login.example/{tenant}/{tenant}', tenants },
      'issuer.pattern',
    ],
    [
      'a name beside another',
      { pattern: 'https://login.example/{tenant}/{x}', tenants },
      'issuer.pattern',
    ],
    [
      'a name in the host',
      { pattern: 'https://{tenant}.login.example/', tenants },
      'issuer.pattern',
    ],
    ['a name as the host', { pattern: 'https://{tenant}', tenants }, 'issuer.pattern'],
    [
      'a name as the port',
      { pattern: 'https://login.example:{tenant}/', tenants },
      'issuer.pattern',
    ],
    ['a name as the scheme', { pattern: '{tenant}://login.example/', tenants }, 'issuer.pattern'],
    [
      'a name in a password',
      { pattern: 'https://a:{tenant}@login.example/', tenants },
      'issuer.pattern',
    ],
    ['a password', { pattern: 'https://a:b@login.example/{tenant}', tenants }, 'issuer.pattern'],
    [
      'a name in the query',
      { pattern: 'https://login.example/?t={tenant}', tenants },
      'issuer.pattern',
    ],
    [
      'a query behind it',
      { pattern: 'https://login.example/{tenant}?a', tenants },
      'issuer.pattern',
    ],
    [
      'a name in the fragment',
      { pattern: 'https://login.example/#{tenant}', tenants },
      'issuer.pattern',
    ],
    [
      'dots in the path',
      { pattern: 'https://login.example/a/../{tenant}', tenants },
      'issuer.pattern',
    ],
    [
      'a pattern without TLS',
      { pattern: 'http://login.example/{tenant}', tenants },
      'issuer.pattern',
    ],
    ['a pattern that is a regular expression', { pattern: /login/, tenants }, 'issuer.pattern'],
    ['a pattern that is a URL object', { pattern: new URL(PATTERN), tenants }, 'issuer.pattern'],
    [
      'a pattern of another kind',
      { pattern: 'ftp://login.example/{tenant}', tenants },
      'issuer.pattern',
    ],
    ['no tenants', { pattern: PATTERN }, 'issuer.tenants'],
    ['an empty list', { pattern: PATTERN, tenants: [] }, 'issuer.tenants'],
    ['one tenant', { pattern: PATTERN, tenants: 'acme' }, 'issuer.tenants'],
    ['a set', { pattern: PATTERN, tenants: new Set(tenants) }, 'issuer.tenants'],
    ['true', { pattern: PATTERN, tenants: true }, 'issuer.tenants'],
    ['a tenant that is empty', { pattern: PATTERN, tenants: ['acme', ''] }, 'issuer.tenants[1]'],
    ['a tenant with a wildcard', { pattern: PATTERN, tenants: ['*'] }, 'issuer.tenants[0]'],
    ['a tenant of two segments', { pattern: PATTERN, tenants: ['a/b'] }, 'issuer.tenants[0]'],
    ['a tenant of dots', { pattern: PATTERN, tenants: ['..'] }, 'issuer.tenants[0]'],
    ['a tenant that is encoded', { pattern: PATTERN, tenants: ['a%20b'] }, 'issuer.tenants[0]'],
    ['a tenant that is a number', { pattern: PATTERN, tenants: [7] }, 'issuer.tenants[0]'],
    ['a hole', { pattern: PATTERN, tenants: Array(1) }, 'issuer.tenants[0]'],
    [
      'a server that is no URL',
      { pattern: PATTERN, tenants, authorizationServers: ['login.example'] },
      'issuer.authorizationServers[0]',
    ],
    ...['https://a:b@login.example', 'https://login.example/?a', 'https://login.example/#a'].map(
      (server): [string, unknown, string] => [
        `a server with more than a place: ${server}`,
        { pattern: PATTERN, tenants, authorizationServers: [server] },
        'issuer.authorizationServers[0]',
      ],
    ),
    ...[null, 0, false, ''].map((servers): [string, unknown, string] => [
      `servers that are ${JSON.stringify(servers)}`,
      { pattern: PATTERN, tenants, authorizationServers: servers },
      'issuer.authorizationServers',
    ]),
    [
      'servers that are one',
      { pattern: PATTERN, tenants, authorizationServers: 'https://login.example' },
      'issuer.authorizationServers',
    ],
  ])('%s', (_what, issuer, path) => {
    expect(problems(issuer).map((problem) => problem.path)).toEqual([path]);
  });

  test.each<[string, unknown]>([
    ['an object without a prototype', Object.create(null)],
    ['an object that is no text', { toString: () => undefined }],
    ['null', null],
    ['a list', ['https://login.example/keys']],
    ['a URL with the name, which is encoded there', new URL('https://login.example/{tenant}/keys')],
  ])('jwksUri that is %s', (_what, jwksUri) => {
    for (const issuer of ['https://login.example', { pattern: PATTERN, tenants }]) {
      expect(problems(issuer, { jwksUri }).map(({ path }) => path)).toEqual(['jwksUri']);
    }
  });

  test.each<[string, object, string]>([
    [
      'tid',
      { pattern: PATTERN, tenants, tid: 'acme' },
      'use tenants, a list; the name in the pattern is {tenant}',
    ],
    ['tenant', { pattern: PATTERN, tenants, tenant: 'acme' }, 'use tenants, a list'],
    ['template', { pattern: PATTERN, tenants, template: PATTERN }, 'pattern'],
    [
      'jwksUri',
      { pattern: PATTERN, tenants, jwksUri: 'x' },
      'use jwksUri beside issuer, not in it',
    ],
    ['tennants', { pattern: PATTERN, tenants, tennants: [] }, 'tenants'],
  ])('what is meant by issuer.%s', (name, issuer, expected) => {
    expect(problems(issuer)).toMatchObject([{ path: `issuer.${name}`, expected }]);
  });

  test.each<[string, unknown, object, string, RegExp]>([
    [
      'several issuers',
      ['https://a.example', 'https://b.example'],
      {},
      'issuer',
      /one jwt\(\) for each$/,
    ],
    [
      'a name in braces as a text',
      PATTERN,
      {},
      'issuer',
      /\{ pattern: .*, tenants: \[\.\.\.\] \}$/,
    ],
    ['a text that is no URL', 'accounts.example', {}, 'issuer', /together with jwksUri or keys$/],
    [
      'tenants beside the issuer',
      'https://a.example',
      { tenants },
      'tenants',
      /^use issuer: \{ pattern, tenants \}/,
    ],
    [
      'a name in jwksUri, without a pattern',
      'https://a.example',
      { jwksUri: 'https://a.example/{tenant}/keys' },
      'jwksUri',
      /^a URL without braces/,
    ],
    [
      'another name in jwksUri',
      { pattern: PATTERN, tenants },
      { jwksUri: 'https://a.example/{tid}/keys' },
      'jwksUri',
      /with \{tenant\} once in its path$/,
    ],
    [
      'a name in the host of jwksUri',
      { pattern: PATTERN, tenants },
      { jwksUri: 'https://{tenant}.example/keys' },
      'jwksUri',
      /with \{tenant\} once in its path$/,
    ],
  ])('%s: the fix is named', (_what, issuer, options, path, expected) => {
    expect(problems(issuer, options)).toMatchObject([
      { path, expected: expect.stringMatching(expected) },
    ]);
  });
});

describe('the authorization servers that clients are told of', () => {
  const announced = (issuer: unknown, options?: object) => building(issuer, options)().issuers;

  test.each<[string, object, string[]]>([
    [
      'of a list, the issuer of each',
      { tenants: ['a', 'b'] },
      ['https://login.example/a/v2.0', 'https://login.example/b/v2.0'],
    ],
    ['of a function, none', { tenants: () => true }, []],
    [
      'of a function, those that are named',
      { tenants: () => true, authorizationServers: ['https://login.example/organizations/v2.0'] },
      ['https://login.example/organizations/v2.0'],
    ],
    ['of a list that is not to be told, none', { tenants: ['a'], authorizationServers: [] }, []],
  ])('%s', (_what, options, servers) => {
    expect(announced({ pattern: PATTERN, ...options })).toEqual(servers);
  });

  test('of a text that is no URL, none', () => {
    const jwksUri = 'https://idp.example/keys';
    expect(announced('urn:example:issuer', { jwksUri })).toEqual([]);
  });
});

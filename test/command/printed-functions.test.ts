import { describe, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import { Source } from '../../src/command/print/source.ts';
import { toGatewayConfigs } from '../../src/exports/krakend.ts';
import { writtenOf } from '../../src/krakend/written.ts';
import { documentFor } from './support/document.ts';

type Call = (ctx: object) => unknown;

/** A function as it is printed, with the functions that it brings along. */
function printedForm(given: unknown): Call {
  const source = new Source();
  const text = `export const printed: any = ${source.write(given)};`;
  const { code } = transformSync(source.around(text).replaceAll(/^import .*$/gm, ''), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'commonjs' },
  });
  const exported = {} as { readonly printed: Call };
  new Function('exports', code)(exported);
  return exported.printed;
}

const [endpoint] = (documentFor('http://127.0.0.1:9999', ['POST']) as { endpoints: [object] })
  .endpoints;
const limit = { client_max_rate: 5, client_capacity: 5, every: '1s', strategy: 'header' };
const [{ config } = { config: undefined }] = toGatewayConfigs({
  version: 3,
  endpoints: [
    {
      ...endpoint,
      input_headers: ['X-User', 'X-Team', 'X-Key'],
      extra_config: {
        'auth/validator': {
          alg: 'RS256',
          jwk_url: 'https://idp.example/jwks',
          issuer: 'https://idp.example/',
          audience: ['mcp'],
          propagate_claims: [
            ['sub', 'X-User'],
            ['realm.team', 'X-Team'],
          ],
        },
        'qos/ratelimit/router': { ...limit, key: 'X-Key' },
      },
    },
  ],
});

const CLAIMS = [
  undefined,
  { sub: 'u1', realm: { team: 'a' } },
  { sub: 'ü', 'realm.team': ['a', null, 'b'] },
  { sub: 'a\nb', realm: 'team' },
  { sub: 7, realm: { team: { a: 1 } } },
  { sub: null, realm: [] },
  { sub: '', realm: { team: '' } },
];
const ADDRESSES = ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '::1', 'unknown'];
const HEADERS = [{}, { 'x-key': ['a'] }, { 'x-key': ['a', 'b'] }, { 'x-key': [''] }];

/** Requests that differ in all that the functions look at. */
const CONTEXTS = [
  ...CLAIMS.map((claims) => ({ principal: claims && { subject: 'u1', claims } })),
  ...ADDRESSES.map((ip) => ({ ip })),
  ...HEADERS.map((headersDistinct) => ({
    req: { headersDistinct },
    headers: Object.fromEntries(
      Object.entries(headersDistinct).map(([name, lines]) => [name, lines.join(', ')]),
    ),
  })),
].map((own) => ({
  ip: '192.0.2.1',
  headers: { host: 'gateway.test' },
  principal: undefined,
  req: { headersDistinct: {} },
  ...own,
}));

const limits = [config?.rateLimit].flat() as unknown as Readonly<Record<string, unknown>>[];
const { set = {} } = Object(config?.headers);
const FUNCTIONS = [
  ...Object.entries(set as Readonly<Record<string, unknown>>),
  ...limits.flatMap(({ by, limit, name }) => [
    [`by of ${name}`, by] as const,
    [`limit of ${name}`, limit] as const,
  ]),
].filter(([, own]) => typeof own === 'function');

describe('a function that is printed does what that of the import does', () => {
  test('there are such functions', () => {
    expect(FUNCTIONS.length).toBeGreaterThanOrEqual(7);
  });

  test.each(FUNCTIONS)('%s', (_name, own) => {
    expect(writtenOf(own as Call)).toBeDefined();
    const printed = printedForm(own);
    for (const ctx of CONTEXTS) {
      expect([ctx, printed(ctx)]).toEqual([ctx, (own as Call)(ctx)]);
    }
  });
});

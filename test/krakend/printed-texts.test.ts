import { expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';
import { programSource } from '../../src/command/print/program-source.ts';
import { KrakendConfigError } from '../../src/krakend/krakend-config-error.ts';
import { checkDocument } from '../../src/krakend/run-document.ts';
import { withCel } from '../../src/krakend/with-cel.ts';
import { documentsIn, OWN } from './support/play/document.ts';

withCel();

/** Texts that would be code if one of them left its quotes, or its comment. */
const HOSTILE = [
  "'+evil()+'",
  '"+evil()+"',
  `\`+evil()+\`\${evil()}`,
  '*/evil()/*',
  '\nevil()\n',
  '\u2028evil()\u2028',
  '\\',
];

/** A document with a text at places of which the others have none. */
const FURTHER = {
  version: 3,
  name: 'gateway',
  '@comment': 'a comment',
  listen_ip: '127.0.0.1',
  endpoints: [
    {
      endpoint: '/further',
      method: 'POST',
      output_encoding: 'no-op',
      input_headers: ['X-Key', 'X-User'],
      input_query_strings: ['q'],
      backend: [
        {
          host: ['http://127.0.0.1:9999'],
          url_pattern: '/mcp?fixed=value',
          extra_config: {
            'modifier/martian': {
              'header.Modifier': { scope: ['request'], name: 'X-Set', value: 'set' },
            },
            'auth/client-credentials': {
              client_id: 'client',
              client_secret: 'secret',
              token_url: 'https://idp.example/token',
              scopes: 'one,two',
            },
          },
        },
      ],
      extra_config: {
        'auth/validator': {
          alg: 'RS256',
          jwk_url: 'https://idp.example/jwks',
          issuer: 'https://idp.example/',
          audience: ['mcp'],
          roles: ['role'],
          roles_key: 'roles-of-it',
          scopes: ['scope-1', 'scope-2'],
          scopes_key: 'scope-key',
          propagate_claims: [['claim', 'X-User']],
        },
        'qos/ratelimit/router': {
          client_max_rate: 5,
          every: '1s',
          client_capacity: 5,
          strategy: 'header',
          key: 'X-Key',
        },
      },
    },
  ],
  extra_config: {
    'security/http': { allowed_hosts: ['gateway.test'], referrer_policy: 'origin', sts_seconds: 5 },
    'modifier/response-headers': { add: { 'X-Added': ['added'] } },
    router: {
      health_path: '/healthy',
      error_body: { 404: { message: 'nothing here', more: ['text'] } },
    },
  },
};

/** With this one, programs that need no document, and programs that bring theirs along. */
const DOCUMENTS: readonly (readonly [name: string, document: object])[] = [
  ['further', FURTHER],
  ...documentsIn(OWN)
    .filter(({ name }) => ['api-keys', 'query-and-martian', 'tenants'].includes(name))
    .map(({ name, text }) => [name, JSON.parse(text)] as const),
];

/** Every text in a document, and every name. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(textsIn)];
}

/** A document with another text wherever it has this one. */
function replaced(value: unknown, text: string, other: string): unknown {
  if (value === text) return other;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((own) => replaced(own, text, other));
  return Object.fromEntries(
    Object.entries(value).map(([name, own]) => [
      name === text ? other : name,
      replaced(own, text, other),
    ]),
  );
}

/** The program of a document; empty where it does not start. */
function printed(document: object, file = 'krakend.json'): string {
  try {
    const plan = checkDocument(document, {});
    return programSource({ file, document, options: {}, plan, server: plan.listen }).text;
  } catch (error) {
    if (error instanceof KrakendConfigError) return '';
    throw error;
  }
}

/** The names in the code of a program, which has to be one. */
function namesOf(program: string): string[] {
  const { body } = parseSync(program, { syntax: 'typescript', target: 'es2023' });
  const names: string[] = [];
  JSON.stringify(body, (_key, value) => {
    if (value?.type === 'Identifier') names.push(value.value);
    return value;
  });
  return names;
}

test.each(DOCUMENTS)('no text of %s becomes code of its program', (_name, document) => {
  expect(namesOf(printed(document))).toContain('createMcpGateway');
  let accepted = 0;
  for (const text of new Set(textsIn(document))) {
    for (const hostile of HOSTILE) {
      const other = `${text}${hostile}`;
      const program = printed(replaced(document, text, other) as object);
      if (program === '') continue;
      accepted += 1;
      expect([other, namesOf(program).includes('evil')]).toEqual([other, false]);
    }
  }
  expect(accepted).toBeGreaterThan(HOSTILE.length);
});

test.each(HOSTILE)('the name of a file is no code: %j', (hostile) => {
  const program = printed(FURTHER, `${hostile}.json`);
  expect(namesOf(program)).toEqual(namesOf(printed(FURTHER)));
});

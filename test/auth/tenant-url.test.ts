import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TenantUrl } from '../../src/slots/auth/jwt/tenant-url.ts';

const PATTERNS = [
  'https://login.example/{tenant}/v2.0',
  'https://login.example/realms/{tenant}',
  'http://127.0.0.1:8080/.{tenant}/',
  'https://login.example:443/a/t-{tenant}.json/b',
];

const read = (pattern: string): TenantUrl => {
  const url = TenantUrl.read(pattern);
  if (url === undefined) throw new Error(pattern);
  return url;
};

/** What is written into URLs to lead elsewhere. */
const odd = fc.constantFrom(
  ...[
    '.',
    '..',
    '/',
    '\\',
    '%2e',
    '%2F',
    '%5c',
    '%',
    '@',
    ':',
    '?',
    '#',
    ';',
    '{tenant}',
    ' ',
    '\t',
  ],
  ...[
    '\n',
    '\0',
    '//',
    'https://',
    'evil.example',
    '\u3002',
    '\uff0e',
    '\uff0f',
    '[',
    ']',
    '|',
    '~',
  ],
);
const tenant = fc.array(fc.oneof(odd, fc.string({ maxLength: 4 }), fc.constant('acme')), {
  maxLength: 5,
});

const segmentsOf = (url: string) => new URL(url).pathname.split('/').length;

describe.each(PATTERNS)('%s', (pattern) => {
  test('whatever stands for the tenant, the URL has the host and the depth of the pattern', () => {
    const url = read(pattern);
    const { origin } = new URL(url.of('a'));
    let taken = 0;
    fc.assert(
      fc.property(tenant, (parts) => {
        const text = url.of(parts.join(''));
        const found = url.tenantIn(text);
        if (found === undefined) return;
        taken += 1;
        expect(url.of(found)).toBe(text);
        expect(new URL(text).origin).toBe(origin);
        expect(segmentsOf(text)).toBe(segmentsOf(url.of('a')));
        expect(new URL(text).search + new URL(text).hash + new URL(text).username).toBe('');
        // It is fetched as it is written.
        expect(new URL(text).pathname).toContain(found);
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(10);
  });

  test('any text that is taken is the pattern with one tenant in it', () => {
    const url = read(pattern);
    const [before = '', behind = ''] = pattern.split('{tenant}');
    const text = fc
      .tuple(fc.constantFrom('', before, before.toUpperCase()), tenant, fc.constantFrom('', behind))
      .map(([start, parts, end]) => start + parts.join('') + end);
    fc.assert(
      fc.property(text, (iss) => {
        const found = url.tenantIn(iss);
        if (found !== undefined) expect(before + found + behind).toBe(iss);
      }),
      { numRuns: 2000 },
    );
  });
});

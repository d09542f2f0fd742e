import { describe, expect, test } from '@jest/globals';
import { ipKeyGenerator } from 'express-rate-limit';
import fc from 'fast-check';
import { readAddress } from '../../src/lib/address.ts';
import { addressKey } from '../../src/lib/address-key.ts';

/** What shared stores know an address by, which may not change from version to version. */
const inStores = (ip: string) => ipKeyGenerator(readAddress(ip)?.text ?? 'unknown');

/** Groups of which many are zero, because it is there that spellings differ. */
const group = fc.oneof(
  fc.constant('0'),
  fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16)),
);
const ipv6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));

describe('an address counts under the text by which shared stores know it', () => {
  test('any IPv6 address', () => {
    fc.assert(
      fc.property(ipv6, (ip) => {
        expect(readAddress(ip)?.text).toBeDefined();
        expect(addressKey(ip)).toBe(inStores(ip));
      }),
      { numRuns: 2000 },
    );
  });

  test('any IPv4 address, plain and in IPv6', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        for (const spelling of [ip, `::ffff:${ip}`, `::${ip}`, `64:ff9b::${ip}`]) {
          expect([spelling, addressKey(spelling)]).toEqual([spelling, inStores(spelling)]);
        }
      }),
    );
  });

  test.each(['::', '::1', '::2:3', '1::', 'fe80::1%eth0', '2001:db8:0:1ff::1', '::ffff:0:1.2.3.4'])(
    '%s',
    (ip) => {
      expect(addressKey(ip)).toBe(inStores(ip));
    },
  );
});

test('what is no address has one key', () => {
  expect(addressKey('somewhere')).toBe('unknown');
  expect(addressKey('')).toBe('unknown');
});

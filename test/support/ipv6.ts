import { networkInterfaces } from 'node:os';
import { test } from '@jest/globals';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

/** A test that needs `::1`. If the machine has no such address, the test is skipped and says so. */
export const testOnIpv6: typeof test | typeof test.skip = hasIpv6 ? test : test.skip;

if (!hasIpv6) process.stderr.write('Skipped: what needs ::1; this machine has no such address\n');

import { expect, test } from '@jest/globals';
import { TokenMemory, type VerifiedToken } from '../../src/slots/auth/jwt/token-memory.ts';

test('10,000 tokens are remembered; the oldest go first', () => {
  const memory = new TokenMemory();
  const verified = {} as VerifiedToken;
  for (let n = 0; n < 10_002; n += 1) memory.add(`token ${n}`, verified);
  const kept = Array.from({ length: 10_002 }, (_, n) => memory.get(`token ${n}`) === verified);
  expect(kept.indexOf(true)).toBe(2);
  expect(kept.lastIndexOf(false)).toBe(1);
});

import { describe } from '@jest/globals';
import { testSameBytes } from './support/same-bytes.ts';

describe('64 MB are the same bytes on the other side, both ways', () => {
  testSameBytes(64 * 1024 * 1024);
});

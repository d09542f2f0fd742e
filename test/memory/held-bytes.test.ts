import { describe, expect, test } from '@jest/globals';
import { HeldBytes } from '../../src/http/held-bytes.ts';

const bytes = (text: string) => Buffer.from(new Uint8Array(Buffer.from(text)).buffer);

describe('bytes that are held', () => {
  test('are those that came, in order, however they were cut', () => {
    const text = 'Grüße an alle, die lange warten: '.repeat(40);
    const held = new HeldBytes(10_000);
    for (const byte of Buffer.from(text)) held.push(Uint8Array.of(byte));
    expect(held.take().toString()).toBe(text);
    held.push(bytes('next'));
    expect(held.take().toString()).toBe('next');
    expect(held.take()).toHaveLength(0);
  });

  test('cost at most twice their length, and never more than the limit', () => {
    const held = new HeldBytes(1000);
    for (let length = 1; length <= 1000; length += 1) {
      const expected = held.capacityWith(Uint8Array.of(1));
      held.push(Uint8Array.of(1));
      expect(held.capacity).toBe(expected);
      expect(held.capacity).toBeLessThanOrEqual(Math.min(1000, Math.max(64, 2 * length)));
    }
    expect(() => held.push(Uint8Array.of(1))).toThrow(RangeError);
    expect(held.length).toBe(1000);
  });

  test('of one piece are not copied', () => {
    const piece = bytes('{"jsonrpc":"2.0"}');
    const held = new HeldBytes(1000);
    held.push(piece);
    expect(held.take().buffer).toBe(piece.buffer);
  });

  test('of a piece that shares its memory are copied: what stands beside them is let go', () => {
    const memory = Buffer.alloc(64 * 1024, 'x');
    const held = new HeldBytes(1000);
    held.push(memory.subarray(0, 3));
    const taken = held.take();
    memory.fill('y');
    expect(taken.toString()).toBe('xxx');
  });
});

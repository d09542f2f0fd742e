import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HeldPieces } from '../../src/http/held-pieces.ts';

/** Bytes with a memory of their own, as a connection hands them over. */
const owned = (length: number, byte = 0): Buffer =>
  Buffer.from(new Uint8Array(length).fill(byte).buffer);
/** Bytes that share theirs with others. */
const shared = (length: number, byte = 0): Buffer => Buffer.alloc(length + 8, byte).subarray(4, -4);

const LENGTHS = [0, 1, 2, 63, 64, 65, 4095, 4096, 4097, 65_535, 65_536, 65_537, 200_000];

describe('pieces that are held', () => {
  test('are the bytes that came, in order, and cost what was said before', () => {
    const piece = fc.tuple(fc.constantFrom(...LENGTHS), fc.boolean(), fc.nat(255));
    const property = fc.property(fc.array(piece, { maxLength: 40 }), (sizes) => {
      const held = new HeldPieces(100_000_000);
      const pieces = sizes.map(([length, isOwned, byte]) =>
        (isOwned ? owned : shared)(length, byte),
      );
      for (const one of pieces) {
        const expected = held.capacityWith(one);
        held.push(one);
        expect(held.capacity).toBe(expected);
        expect(held.capacity).toBeLessThanOrEqual(2 * held.length + 64);
      }
      const whole = Buffer.concat(pieces);
      expect(held.length).toBe(whole.length);
      expect(held.take().equals(whole)).toBe(true);
      expect([held.length, held.capacity, held.take().length]).toEqual([0, 0, 0]);
    });
    fc.assert(property, { numRuns: 100 });
  });

  test('of one byte each cost at most twice their length, whatever comes between them', () => {
    const held = new HeldPieces(10_000_000);
    for (let i = 0; i < 200_000; i += 1) held.push(Uint8Array.of(i & 0xff));
    expect(held.capacity).toBeLessThan(2 * 200_000);
    expect(held.take()).toEqual(
      Buffer.from(Uint8Array.from({ length: 200_000 }, (_, i) => i & 0xff)),
    );
    for (let i = 0; i < 100; i += 1) {
      held.push(Uint8Array.of(1));
      held.push(owned(4096));
    }
    expect(held.capacity).toBeLessThan(1.1 * held.length);
  });

  test('are not copied before all are there, nor where there is but one', () => {
    const held = new HeldPieces(1_000_000);
    const first = owned(65_536, 1);
    held.push(first);
    expect(held.take().buffer).toBe(first.buffer);
    held.push(first);
    held.push(owned(65_536, 2));
    expect(held.capacity).toBe(131_072);
    const whole = held.take();
    expect(whole).toHaveLength(131_072);
    expect(whole.buffer.byteLength).toBe(131_072);
  });

  test('let go of what stands beside them in memory', () => {
    const memory = Buffer.alloc(1_000_000, 'x');
    const held = new HeldPieces(1_000_000);
    held.push(memory.subarray(0, 70_000));
    held.push(memory.subarray(0, 3));
    expect(held.capacity).toBeLessThan(100_000);
    const taken = held.take();
    memory.fill('y');
    expect(taken.equals(Buffer.alloc(70_003, 'x'))).toBe(true);
  });

  test('are never more than may be', () => {
    const held = new HeldPieces(10_000);
    held.push(owned(5000));
    expect(() => held.push(owned(5001))).toThrow(RangeError);
    expect(() => held.push(shared(5001))).toThrow(RangeError);
    held.push(shared(5000));
    expect(held.length).toBe(10_000);
    held.drop();
    expect([held.length, held.capacity]).toEqual([0, 0]);
    held.push(owned(10_000));
    expect(held.take()).toHaveLength(10_000);
  });
});

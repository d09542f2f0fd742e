import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BodyEnds } from '../../src/http/body-ends.ts';
import { findRequestId } from '../../src/mcp/request-id.ts';

const id = fc.oneof(fc.integer(), fc.string());
const members = fc.shuffledSubarray(['id', 'method', 'params', 'jsonrpc'], { minLength: 4 });
const text = fc.stringMatching(/^[a-z"\\{}[\],: \u00e9]*$/);
const params = fc.dictionary(
  text,
  fc.oneof(text, fc.array(text), fc.dictionary(text, fc.integer())),
);

/** What is found of a body that came in these pieces, and ended. */
function found(pieces: readonly Uint8Array[]): string | null | undefined {
  const ends = new BodyEnds();
  for (const piece of pieces) ends.push(piece);
  return findRequestId({ first: ends.first(), last: ends.last(), isWhole: true });
}

describe('the id of a message that was not judged', () => {
  test('is the one of the message, however its members are ordered and wherever it is cut', () => {
    fc.assert(
      fc.property(
        id,
        members,
        params,
        fc.nat(),
        fc.integer({ min: 0, max: 2 }),
        (value, order, own, at, indent) => {
          const all: Record<string, unknown> = {
            id: value,
            method: 'm',
            params: own,
            jsonrpc: '2.0',
          };
          const message = Object.fromEntries(order.map((name) => [name, all[name]]));
          const body = Buffer.from(JSON.stringify(message, null, indent));
          const cut = at % (body.length + 1);
          const first = body.subarray(0, cut);
          const last = body.subarray(cut);
          const seen = findRequestId({ first, last, isWhole: true });
          // What was cut in two is not known, and never wrong.
          expect([JSON.stringify(value), null]).toContain(seen);
          expect(found([first, last])).toBe(JSON.stringify(value));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is never taken from anywhere else, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 50 }),
        fc.uint8Array({ maxLength: 50 }),
        (first, last) => {
          expect(findRequestId({ first, last, isWhole: false })).toBe(null);
        },
      ),
    );
  });
});

describe('what is kept of a body is bounded', () => {
  test.each([1, 100, 16_384, 65_536])('in pieces of %d bytes', (size) => {
    const body = Buffer.from(
      `{"method":"m","params":{"a":"${'x'.repeat(300_000)}"},"jsonrpc":"2.0","id":"last"}`,
    );
    const ends = new BodyEnds();
    for (let at = 0; at < body.length; at += size) ends.push(body.subarray(at, at + size));
    const first = ends.first();
    const last = ends.last();
    expect(first.length).toBeLessThanOrEqual(65_536);
    expect(last.length).toBeLessThanOrEqual(65_536);
    expect(body.subarray(0, first.length).equals(first)).toBe(true);
    expect(body.subarray(-last.length).equals(last)).toBe(true);
    expect(findRequestId({ first, last, isWhole: true })).toBe('"last"');
  });
});

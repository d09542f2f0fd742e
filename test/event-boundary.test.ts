import { describe, expect, test } from '@jest/globals';
import { EventBoundary } from '../src/mcp/events/boundary.ts';

const BETWEEN = [
  '',
  'data: a\n\n',
  'data: a\r\n\r\n',
  'data: a\r\r\n',
  'data: a\n\r\n',
  ': comment\n\n',
  'data: a\n\ndata: b\n\n',
  '\n\n',
];
const WITHIN = [
  'data: a',
  'data: a\n',
  'data: a\r\n',
  'data: a\r\n\r',
  'data: a\r\r',
  'd',
  '\r',
  'data: a\n\nid: 1\n',
];

describe.each([
  ['between events', true, BETWEEN],
  ['within an event, or where a line end may still go on', false, WITHIN],
])('%s', (_, expected, streams) => {
  test.each(streams.map((stream) => [JSON.stringify(stream), stream]))('%s', (_text, stream) => {
    const bytes = Buffer.from(stream);
    for (let size = 1; size <= Math.max(1, bytes.length); size++) {
      const boundary = new EventBoundary();
      for (let at = 0; at < bytes.length; at += size) boundary.push(bytes.subarray(at, at + size));
      expect([size, boundary.isBetweenEvents]).toEqual([size, expected]);
    }
  });
});

test.each([
  ['data: a\n\ndata: b\n\n', [9, 18]],
  ['data: a\r\n\r\ndata: b\r\n\r\n', [11, 22]],
  // Behind a CR it shows with the next byte.
  ['data: a\r\rdata: b\r\r\n', [9, 19]],
  ['data: a\n\rdata: b', [9]],
  ['data: a\r\n\rdata: b', [10]],
  ['data: a\nid: 1\r\nid: 2\rid: 3', []],
])('the first place for an event in what comes next: %j', (stream, places) => {
  const bytes = Buffer.from(stream);
  for (let at = 1; at < bytes.length; at++) {
    const boundary = new EventBoundary();
    boundary.push(bytes.subarray(0, at));
    const next = places.find((place) => place > at);
    const found = boundary.placeIn(bytes.subarray(at));
    // One that is behind the bytes before may be known only now.
    const expected = places.includes(at) && found === 0 ? 0 : next && next - at;
    expect([at, found]).toEqual([at, expected]);
  }
});

test('an event may come behind CR CR, where a LF could only be one more blank line', () => {
  const boundary = new EventBoundary();
  boundary.push(Buffer.from('data: a\r\r'));
  expect([boundary.takesEvent, boundary.isBetweenEvents]).toEqual([true, false]);
  boundary.push(Buffer.from('data: b\r\n\r'));
  expect(boundary.takesEvent).toBe(false);
  boundary.push(Buffer.from('\n'));
  expect(boundary.takesEvent).toBe(true);
});

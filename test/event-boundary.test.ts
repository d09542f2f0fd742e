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

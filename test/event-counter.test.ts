import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EventCounter } from '../src/mcp/events/counter.ts';

const count = (...chunks: (string | Uint8Array)[]): number => {
  const counter = new EventCounter();
  for (const chunk of chunks) counter.push(Buffer.from(chunk));
  return counter.count;
};

/**
 * How many events a reader dispatches, by the HTML standard, "Interpreting an event stream". Those
 * with a name in brackets are the streams of web-platform-tests (`eventsource/format-*.any.js`).
 */
const STREAMS: readonly (readonly [name: string, stream: string, events: number])[] = [
  ['nothing', '', 0],
  ['blank lines alone', '\n\n\r\r\r\n\r\n', 0],
  ['an event', 'data: 1\n\n', 1],
  ['an event that is not whole', 'data: 1\n', 0],
  ['an event whose last line has not ended', 'data: 1', 0],
  ['two lines of data', 'data: 1\ndata: 2\n\n', 1],
  ['a comment', ': data: 1\n\n', 0],
  ['a heartbeat', ':\n\n', 0],
  ['a comment in an event', 'data: 1\n: no\ndata: 2\n\n', 1],
  ['an event without data', 'event: x\nid: 1\nretry: 5\n\n', 0],
  ['the priming event of a resumable stream', 'id: 1\nretry: 5000\ndata: \n\n', 1],
  ['a message of a server', 'event: message\nid: 7\ndata: {"a":1}\n\n', 1],
  ['data without colon', 'data\n\n', 1],
  ['data without a blank', 'data:1\n\n', 1],
  ['a field that begins like data', 'data1: 1\n\ndatabase: 1\n\n', 0],
  ['a field that data begins like', 'dat: 1\n\nd\n\n', 0],
  ['a field in capitals', 'Data: 1\n\n', 0],
  ['a blank before the field', ' data: 1\n\n', 0],
  ['a blank before the colon', 'data : 1\n\n', 0],
  ['data in the value of another', 'event: data\n\nid:data:1\n\n', 0],
  ['CR', 'data: 1\r\rdata: 2\r\r', 2],
  ['CRLF', 'data: 1\r\n\r\ndata: 2\r\n\r\n', 2],
  ['all kinds of line end', 'data: 1\r\n\rdata: 2\n\r\ndata: 3\r\n\ndata: 4\r\r\n', 4],
  ['LF CR: two line ends', 'data: 1\n\r', 1],
  ['a byte order mark (format-bom)', '\ufeffdata:1\n\n\ufeffdata:2\n\ndata:3\n\n', 2],
  ['two byte order marks (format-bom-2)', '\ufeff\ufeffdata:1\n\ndata:2\n\ndata:3\n\n', 2],
  ['part of a byte order mark', '\u{fec0}data: 1\n\ndata: 2\n\n', 1],
  ['(format-field-data)', 'data:\n\ndata\ndata\n\ndata:test\n\n', 3],
  ['(format-newlines)', 'data:test\r\ndata\ndata:test\r\n\r', 1],
  ['(format-null-character)', 'data:\0\n\n\n\n', 1],
  ['(format-comments)', 'data:1\r:\0\n:\r\ndata:2\n:x\rdata:3\n:data:fail\r:x\ndata:4\n\n', 1],
  [
    '(format-field-parsing)',
    'data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n',
    1,
  ],
];

describe('the events of a stream', () => {
  test.each(STREAMS)('%s', (_name, stream, events) => {
    expect(count(stream)).toBe(events);
  });

  test.each(STREAMS)('byte by byte: %s', (_name, stream, events) => {
    expect(count(...[...Buffer.from(stream)].map((byte) => Uint8Array.of(byte)))).toBe(events);
  });

  test('wherever the stream is split, and whatever is empty in between', () => {
    const whole = Buffer.from(STREAMS.map(([, stream]) => `${stream}\n\n`).join(''));
    const cuts = fc.array(fc.nat({ max: whole.length }), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, (at) => {
        const ends = [0, ...at.toSorted((a, b) => a - b), whole.length];
        const chunks = ends.slice(1).map((end, i) => whole.subarray(ends[i], end));
        expect(count(...chunks)).toBe(count(whole));
      }),
    );
  });

  test('as a reader of lines counts them', () => {
    const pieces = fc.constantFrom(
      ...[
        'data',
        ':',
        ' ',
        'x',
        '\n',
        '\r',
        '\r\n',
        'data: 1\n\n',
        'event: x',
        ': c',
        '\ufeff',
        'é',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const stream = parts.join('');
        expect(count(stream)).toBe(countLines(stream));
      }),
      { numRuns: 2000 },
    );
  });
});

/** The same by the standard's own steps, on a stream that is there as a whole. */
function countLines(stream: string): number {
  let events = 0;
  let hasData = false;
  const lines = stream.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  // What is behind the last line end is no line yet.
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (hasData) events += 1;
      hasData = false;
    } else if (line === 'data' || line.startsWith('data:')) hasData = true;
  }
  return events;
}

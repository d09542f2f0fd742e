import { expect, test } from '@jest/globals';
import { describeCorpus } from '../support/corpus.ts';
import { type Case, runCases } from './support/corpus.ts';

/** Its body is what ends the chunks around it. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: gw\r\nContent-Length: 7\r\n\r\n';
const LENGTH_LONGER = `0\r\n\r\n${SMUGGLED}`;
const CHUNKS_LONGER = `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`;

describeCorpus<Record<string, string>>(
  'smuggler/te-mutations.json',
  'obfuscations of Transfer-Encoding beside a Content-Length',
  (corpus) => {
    const caseOf =
      (length: number, body: string) =>
      ([name, head]: [string, string]): Case => {
        const filled = head
          .replace('__METHOD__', 'POST')
          .replace('__ENDPOINT__', '/mcp')
          .replace('__RANDOM__', '1')
          .replace('__HOST__', 'gw')
          .replace('__REPLACE_CL__', String(length));
        return { name, bytes: `${filled}\r\n${body}` };
      };

    test.each([
      ['the length covers what the chunks do not', LENGTH_LONGER.length, LENGTH_LONGER],
      [
        'the chunks cover what the length does not',
        CHUNKS_LONGER.indexOf('\r\n') + 2,
        CHUNKS_LONGER,
      ],
    ])('%s: the upstream sees one request at most, and that whole', async (_, length, body) => {
      const outcomes = await runCases(Object.entries(corpus).map(caseOf(length, body)));
      const relayed = outcomes.filter(({ seen }) => seen.length > 0);
      expect(relayed.length).toBeGreaterThan(0);
      const whole = [expect.objectContaining({ body: body.slice(0, length) })];
      for (const { name, seen } of relayed) expect({ name, seen }).toEqual({ name, seen: whole });
    });
  },
);

import { expect, test } from '@jest/globals';
import { describeCorpus } from '../support/corpus.ts';
import { type Case, runCases } from './support/corpus.ts';

interface LlhttpCase {
  readonly title: string;
  readonly meta: string;
  readonly raw_latin1: string;
}

type Field = readonly [name: string, value: string];

interface DesyncCase {
  readonly name: string;
  readonly method: string;
  readonly uri: string;
  readonly version: string;
  readonly headers: readonly Field[];
  readonly tier: 'Compliant' | 'Acceptable' | 'Ambiguous' | 'Severe';
}

describeCorpus<LlhttpCase[]>(
  'llhttp/cases.json',
  "the cases of Node's parser as a client",
  (corpus) => {
    const requests = corpus.filter(({ meta }) => meta.includes('"request'));
    const run = (adapt: (bytes: string) => string) =>
      runCases(
        requests.map(({ title, raw_latin1 }) => ({ name: title, bytes: adapt(raw_latin1) })),
      );

    test('as they are, none is for the endpoint', async () => {
      const outcomes = await run((bytes) => bytes);
      expect(outcomes.filter(({ seen }) => seen.length > 0)).toEqual([]);
    });

    test.each([
      ['with their methods', '$1'],
      ['as POST', 'POST'],
    ])('at the endpoint, %s', async (_, method) => {
      const outcomes = await run((bytes) => {
        // Without `Host` they would be refused for that alone.
        const host = /^host[ \t]*:/im.test(bytes) ? '' : 'Host: gw\r\n';
        const requestLine = /^([A-Z-]+) \S+( (?:HTTP|RTSP|ICE|HTTPER)\/.*\r\n)/gm;
        return bytes.replace(requestLine, `${method} /mcp$2${host}`);
      });
      expect(outcomes.some(({ seen }) => seen.length > 0)).toBe(true);
    });
  },
);

describeCorpus<DesyncCase[]>(
  'http-desync-guardian/cases.json',
  'desync cases as a client',
  (corpus) => {
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: gw\r\n\r\n';
    const bytesOf = ({ method, uri, version, headers }: DesyncCase) => {
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
      const bytes = `${method} ${uri} ${version}\r\n${lines.join('')}\r\n0\r\n\r\n${smuggled}`;
      // Look-alikes of ASCII letters beyond latin-1 come as UTF-8.
      return /[^\0-\xff]/.test(bytes) ? Buffer.from(bytes).toString('latin1') : bytes;
    };
    const host: Field = ['Host', 'gw'];
    const atEndpoint = (each: DesyncCase): DesyncCase => {
      const hasHost = each.headers.some(([name]) => name.trim().toLowerCase() === 'host');
      const headers = hasHost ? each.headers : [host, ...each.headers];
      return { ...each, uri: '/mcp', headers };
    };

    const run = (adapt: (each: DesyncCase) => DesyncCase) =>
      runCases(corpus.map((each): Case => ({ name: each.name, bytes: bytesOf(adapt(each)) })));

    test('as they are, none is for the endpoint', async () => {
      const outcomes = await run((each) => each);
      expect(outcomes.filter(({ seen }) => seen.length > 0)).toEqual([]);
    });

    test.each<[string, (each: DesyncCase) => DesyncCase]>([
      ['with their methods', atEndpoint],
      ['as POST', (each) => atEndpoint({ ...each, method: 'POST' })],
    ])('at the endpoint, %s: what is severe never reaches the upstream', async (_, adapt) => {
      const outcomes = await run(adapt);
      const severe = outcomes.filter((_, i) => corpus[i]?.tier === 'Severe');
      expect(severe.filter(({ seen }) => seen.length > 0)).toEqual([]);
      expect(outcomes.some(({ seen }) => seen.length > 0)).toBe(true);
    });
  },
);

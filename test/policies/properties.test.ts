import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { denyTools, type Policy } from '../../src/index.ts';
import { documents } from '../support/documents.ts';
import { call } from '../support/messages.ts';
import {
  member,
  REFERENCE_READERS,
  type Reading,
  type ReferenceReader,
  readNode,
  understand,
} from '../support/reference-readers.ts';
import { disguisedCalls } from './support/disguised-calls.ts';
import { guarded } from './support/guarded.ts';
import { keepAlivePoster } from './support/keep-alive.ts';

const RUNS = { numRuns: 1_500 };

const texts = fc.oneof(documents, disguisedCalls);

/** A body, and where it is cut for its way to the gateway. */
const uploads = fc.tuple(texts, fc.array(fc.nat(), { maxLength: 3 })).map(([text, cuts]) => {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  places.sort((a, b) => a - b);
  const parts = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
  return { text, bytes, parts: parts.filter((part) => part.length > 0) };
});

/** Whether a reader finds a tool call in a document that a rule of its own refuses. */
function finds(
  text: string,
  reader: ReferenceReader,
  isRefused: (params: Reading | undefined) => boolean,
): boolean {
  const document = understand(readNode(text), reader);
  const messages = Array.isArray(document) ? document : [document];
  return messages.some(
    (message) =>
      member(message, 'method', reader) === 'tools/call' &&
      isRefused(member(message, 'params', reader)),
  );
}

describe.each<[what: string, policy: Policy]>([
  ['a policy that sees arguments', () => true],
  ['denyTools', denyTools('nothing')],
])('the bytes that were judged are forwarded: %s', (_what, policy) => {
  test('what is forwarded is what was sent, byte for byte, and nothing else is', async () => {
    const { port, upstream } = await guarded(policy);
    const post = keepAlivePoster(port);
    const expected: string[] = [];
    let refusals = 0;
    const property = fc.asyncProperty(uploads, async ({ bytes, parts }) => {
      const status = await post(parts);
      expect([200, 400]).toContain(status);
      if (status === 200) expected.push(bytes.toString('hex'));
      else refusals++;
      const last = upstream.seen.at(-1)?.body.toString('hex');
      expect([upstream.seen.length, last]).toEqual([expected.length, expected.at(-1)]);
    });
    await fc.assert(property, RUNS);
    // Documents of both kinds were tried.
    expect(Math.min(refusals, expected.length)).toBeGreaterThan(100);
  });
});

/** The readers that take a name in another spelling for one that no policy can know of. */
const LENIENT = [
  'case-insensitive, first wins',
  'case-insensitive, last wins',
  'drops what is invisible',
];
const ALL = Object.keys(REFERENCE_READERS);
/** Those that take names of arguments for what they are. */
const EXACT = ALL.filter((name) => REFERENCE_READERS[name]?.knowsMcpOnly !== true);

interface Denial {
  readonly policy: Policy;
  /** The same rule for what a reader understands. */
  readonly refuses: (params: Reading | undefined, reader: ReferenceReader) => boolean;
  readonly readers: readonly string[];
}

const argument = (params: Reading | undefined, name: string, reader: ReferenceReader) =>
  member(member(params, 'arguments', reader), name, reader);

const isText = (value: unknown): boolean => typeof value === 'string';

const DENIALS: [what: string, denial: Denial][] = [
  [
    'a tool',
    {
      policy: denyTools('delete'),
      refuses: (params, reader) => member(params, 'name', reader) === 'delete',
      readers: ALL,
    },
  ],
  [
    'what names a task',
    {
      policy: ({ mcp }) => mcp.method !== 'tools/call' || mcp.params?.taskId === undefined,
      refuses: (params, reader) => isText(member(params, 'taskId', reader)),
      readers: ALL,
    },
  ],
  [
    'all but a known argument',
    {
      policy: ({ mcp }) => mcp.method !== 'tools/call' || mcp.arguments?.path === 't',
      refuses: (params, reader) => argument(params, 'path', reader) !== 't',
      readers: EXACT,
    },
  ],
  [
    'an argument',
    {
      policy: ({ mcp }) => mcp.method !== 'tools/call' || mcp.arguments?.path === undefined,
      refuses: (params, reader) => argument(params, 'path', reader) !== undefined,
      readers: EXACT.filter((name) => !LENIENT.includes(name)),
    },
  ],
  [
    'an argument inside another',
    {
      policy: ({ mcp }) => {
        const { x } = mcp.arguments ?? {};
        const isObject = typeof x === 'object' && x !== null;
        return mcp.method !== 'tools/call' || !isObject || !('path' in x);
      },
      refuses: (params, reader) =>
        member(argument(params, 'x', reader), 'path', reader) !== undefined,
      readers: EXACT.filter((name) => !LENIENT.includes(name)),
    },
  ],
];

describe('no document is forwarded that the policy would refuse as any reader understands it', () => {
  test.each(DENIALS)('a policy that denies %s', async (_what, { policy, refuses, readers }) => {
    const { port, upstream } = await guarded(policy);
    const post = keepAlivePoster(port);
    const tried = new Map(readers.map((name) => [name, 0]));
    const property = fc.asyncProperty(uploads, async ({ text, parts }) => {
      const before = upstream.seen.length;
      const status = await post(parts);
      const isForwarded = upstream.seen.length > before;
      expect(isForwarded).toBe(status === 200);
      for (const name of readers) {
        const reader = REFERENCE_READERS[name] as ReferenceReader;
        if (!finds(text, reader, (params) => refuses(params, reader))) continue;
        tried.set(name, (tried.get(name) ?? 0) + 1);
        expect([name, isForwarded]).toEqual([name, false]);
      }
    });
    await fc.assert(property, RUNS);
    // Each reader had something to refuse, and something went upstream.
    expect(Math.min(...tried.values())).toBeGreaterThan(10);
    expect(upstream.seen.length).toBeGreaterThan(100);
  });

  // Nobody here knows the names of a tool's arguments; but whoever asks for one that is there in
  // another spelling is not told that it is absent.
  test.each([
    ['in capitals', 'PATH'],
    ['with a zero-width space', 'pa\u200bth'],
    ['in full width', '\uff50ath'],
  ])('a policy that denies an argument, before a server that takes it %s', async (_how, name) => {
    const policy: Policy = ({ mcp }) => mcp.arguments?.path === undefined;
    const { port, forwarded } = await guarded(policy);
    const body = call('t', { args: `{"${name}":1}` });
    await keepAlivePoster(port)([Buffer.from(body)]);
    expect(forwarded()).toEqual([]);
  });
});

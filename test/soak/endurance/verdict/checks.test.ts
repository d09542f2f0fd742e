import { expect, test } from '@jest/globals';
import { enduranceVerdict } from './checks.ts';
import type { EnduranceEvidence, Point, Series } from './evidence.ts';

const PARTS = 6;
const EACH = 800;

const POINT: Point = {
  counts: {
    active: { TCPServerWrap: 1 },
    objects: { Timeout: 1, Socket: 5 },
    listeners: { process: 11, Agent: 12 },
    files: { socket: 3, pipe: 9 },
  },
  alive: 28_859,
  heapBytes: 18_500_000,
  externalBytes: 11_386_000,
  residentBytes: 160_000_000,
  loaded: { residentBytes: 253_000_000, youngBytes: 108_000_000, oldBytes: 48_000_000 },
};

const seriesOf = (pointAfter: (part: number) => Point): Series => ({
  name: 'aborted streams',
  warmUp: EACH,
  count: PARTS * EACH,
  points: Array.from({ length: PARTS + 1 }, (_, part) => pointAfter(part)),
});

const GOOD: EnduranceEvidence = {
  series: [seriesOf(() => POINT)],
  accounts: {
    bare: { open: 0, streams: 0, failed: {} },
    bareClosed: { open: 0, streams: 0, failed: { upstream_unreachable: 900 } },
  },
  refused: 900,
  heldPerReader: 300_000,
  log: '',
  crashes: [],
};

const failed = (evidence: Partial<EnduranceEvidence>) =>
  enduranceVerdict({ ...GOOD, ...evidence })
    .filter(({ problems }) => problems.length > 0)
    .map(({ name }) => name);

const growing = (pointAfter: (part: number) => Partial<Point>) =>
  failed({ series: [seriesOf((part) => ({ ...POINT, ...pointAfter(part) }))] });

test('a run in which nothing grows passes', () => {
  expect(failed({})).toEqual([]);
});

const COUNTS =
  'aborted streams: no more files, handles, requests, timers and listeners than after the warm-up';

test.each(['active', 'objects', 'listeners', 'files'] as const)(
  'one more of %s in the end is seen',
  (group) => {
    const [kind = '', count = 0] = Object.entries(POINT.counts[group])[0] ?? [];
    const counts = { ...POINT.counts, [group]: { ...POINT.counts[group], [kind]: count + 1 } };
    expect(growing((part) => (part === PARTS ? { counts } : {}))).toEqual([COUNTS]);
  },
);

test('what there was none of is seen', () => {
  const counts = { ...POINT.counts, active: { ...POINT.counts.active, Timeout: 1 } };
  expect(growing((part) => (part === 3 ? { counts } : {}))).toEqual([COUNTS]);
});

test('one small object of each request is seen', () => {
  const kept = (part: number) => part * EACH;
  expect(
    growing((part) => ({
      alive: POINT.alive + kept(part),
      heapBytes: POINT.heapBytes + kept(part) * 100,
    })),
  ).toEqual([
    'aborted streams: objects do not grow',
    'aborted streams: bytes on the heap do not grow',
  ]);
});

test('an object of every twenty-fourth request alone is seen', () => {
  expect(growing((part) => ({ alive: POINT.alive + Math.floor((part * EACH) / 24) }))).toEqual([
    'aborted streams: objects do not grow',
  ]);
});

test('a buffer of each request is seen', () => {
  expect(growing((part) => ({ externalBytes: POINT.externalBytes + part * EACH * 1024 }))).toEqual([
    'aborted streams: bytes beside the heap do not grow',
  ]);
});

test('memory that only the system sees is seen', () => {
  expect(
    growing((part) => ({ residentBytes: POINT.residentBytes + part * EACH * 16_384 })),
  ).toEqual(['aborted streams: resident bytes do not grow']);
});

test('a step of resident bytes is none of what grows', () => {
  expect(growing((part) => ({ residentBytes: part < 2 ? 111_000_000 : 253_000_000 }))).toEqual([]);
});

test('compiled code is none of what grows', () => {
  const heaps = [18.5, 19.2, 19.4, 18.6, 18.6, 18.7, 18.6];
  expect(growing((part) => ({ heapBytes: (heaps[part] ?? 0) * 1e6 }))).toEqual([]);
});

test.each<[string, Partial<EnduranceEvidence>, string]>([
  [
    'a request that is never over',
    { accounts: { ...GOOD.accounts, bare: { open: 1, streams: 0, failed: {} } } },
    'a gateway counts nothing as under way when nobody uses it',
  ],
  [
    'another failure',
    {
      accounts: { ...GOOD.accounts, bare: { open: 0, streams: 0, failed: { internal_error: 1 } } },
    },
    'every refused connect is told as one, and nothing else has failed',
  ],
  [
    'a refused connect that nobody is told of',
    { refused: 901 },
    'every refused connect is told as one, and nothing else has failed',
  ],
  [
    'an answer that is kept for a reader',
    { heldPerReader: 16_000_000 },
    'what a gateway holds for a reader that stands still has a bound',
  ],
  [
    'a warning',
    { log: 'MaxListenersExceededWarning' },
    'the process of the gateways neither warns nor ends',
  ],
  [
    'a crash',
    { crashes: ['gateway/1 ended with 1'] },
    'the process of the gateways neither warns nor ends',
  ],
  [
    'a part without load',
    { series: [{ ...seriesOf(() => POINT), count: PARTS - 1 }] },
    'each kind of load has been there in every part',
  ],
])('%s is seen', (_, evidence, check) => {
  expect(failed(evidence)).toEqual([check]);
});

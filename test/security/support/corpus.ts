import { connect } from 'node:net';
import { expect } from '@jest/globals';
import { statusesIn } from '../../support/client/raw.ts';
import { call, startImpatient } from './pair.ts';
import {
  type StrictUpstream,
  strictUpstream,
  valuesOf,
  type WireRequest,
} from './strict-upstream.ts';

/** Bytes to send on a connection of their own. */
export interface Case {
  readonly name: string;
  readonly bytes: string;
}

export interface Outcome extends Case {
  /** Everything the client read. */
  readonly text: string;
  /** Of the final answers among it. */
  readonly statuses: number[];
  /** What of it the upstream saw, whole. */
  readonly seen: WireRequest[];
}

const AT_ONCE = 25;
/** Only what hangs meets it: the gateway under test closes idle connections within a second. */
const DEADLINE_MS = 10_000;

/**
 * Sends every case to one gateway, and asserts of each that it is answered and its connection ends by
 * itself, and that the upstream saw nothing malformed and nothing that the client was not told of; of
 * all, that the gateway works afterwards. Gives what became of each.
 */
export async function runCases(cases: readonly Case[]): Promise<Outcome[]> {
  const upstream = await strictUpstream(['x-client']);
  const current = new Map<number, number>();
  const port = await startImpatient({
    target: upstream.target,
    // Tells by which connection a request came, and that no client can take a set header away.
    headers: { set: { 'X-Client': ({ req }) => String(current.get(req.socket.remotePort ?? 0)) } },
  });

  const texts: string[] = [];
  const hung: string[] = [];
  let next = 0;
  const worker = async () => {
    while (next < cases.length) {
      const i = next++;
      const { name, bytes } = cases[i] as Case;
      const text = await send(port, bytes, (localPort) => current.set(localPort, i));
      if (text === undefined) hung.push(name);
      texts[i] = text ?? '';
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(hung).toEqual([]);

  await expectWorking(port, upstream, (localPort) => current.set(localPort, cases.length));
  expect(upstream.faults).toEqual([]);
  const seen = Map.groupBy(upstream.seen, (request) => valuesOf(request, 'x-client').join());
  const outcomes = cases.map((each, i): Outcome => {
    const text = texts[i] as string;
    const statuses = statusesIn(text).filter((status) => status >= 200);
    return { ...each, text, statuses, seen: seen.get(String(i)) ?? [] };
  });
  expect(outcomes.flatMap(({ seen }) => seen)).toHaveLength(upstream.seen.length - 1);
  expect(outcomes.filter(isWrong)).toEqual([]);
  return outcomes;
}

/** No answer without a request, no request without an answer, and no failure of the gateway's own. */
function isWrong({ bytes, text, statuses, seen }: Outcome): boolean {
  const relayed = statuses.filter((status) => status === 200).length;
  // Nobody listens for CONNECT: Node closes the connection without a word.
  const isHttp = /^HTTP\/1\.1 \d{3} /.test(text) || (text === '' && /^\s*CONNECT /.test(bytes));
  return (
    !isHttp ||
    seen.length < relayed ||
    seen.length > statuses.length ||
    statuses.some((s) => s > 499)
  );
}

async function expectWorking(
  port: number,
  upstream: StrictUpstream,
  onConnect: (localPort: number) => void,
): Promise<void> {
  const text = await send(port, call('afterwards', ['Connection: close']), onConnect);
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  const names = upstream.seen.flatMap((request) => valuesOf(request, 'mcp-name'));
  expect(names).toContain('afterwards');
}

/** What came until the peer closed; undefined when it did not. */
function send(
  port: number,
  bytes: string,
  onConnect: (localPort: number) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => {
      onConnect(socket.localPort as number);
      socket.write(Buffer.from(bytes, 'latin1'));
    });
    const deadline = setTimeout(() => {
      resolve(undefined);
      socket.destroy();
    }, DEADLINE_MS);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    // A reset after the answer is how some refusals end.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(deadline);
      resolve(text);
    });
  });
}

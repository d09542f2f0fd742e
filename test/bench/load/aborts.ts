import { setTimeout as wait } from 'node:timers/promises';
import { quantile } from '../figures/statistics.ts';
import { answer } from './answer.ts';
import { Caller } from './caller.ts';
import { type RequestSettings, toolCall } from './requests.ts';
import { beginSession } from './sessions.ts';
import type { Upstream } from './upstream.ts';

const HEAD_AND_EVENT =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n12\r\ndata: {"id":true}\n\r\n1\r\n\n\r\n';
/** How long a connection may stay open after its client has left. */
const PATIENCE_MS = 3000;
/** After so many that stay open, the others will, too. */
const MISSES = 3;

/** At which point the client leaves. */
export type Moment = 'before the answer' | 'during the answer';

export interface LeaveSettings {
  readonly port: number;
  readonly times: number;
  readonly moment: Moment;
  readonly request?: RequestSettings | undefined;
}

export interface CrowdSettings {
  readonly port: number;
  readonly count: number;
  readonly atOnce: number;
  readonly request?: RequestSettings | undefined;
}

/** Clients leave, one after the other: how soon the connection to the upstream is closed. */
export async function leave(
  upstream: Upstream,
  { port, times, moment, request }: LeaveSettings,
): Promise<{ readonly closed: number; readonly median: number }> {
  const bytes = await callOf(upstream, port, request);
  const waits: number[] = [];
  let missed = 0;
  for (let i = 0; i < times && missed < MISSES; i += 1) {
    const ms = await leaveOnce(upstream, port, bytes, moment);
    if (ms !== undefined) waits.push(ms);
    else missed += 1;
  }
  return { closed: waits.length, median: quantile(waits, 0.5) };
}

/** Many clients leave, some at once: every other one before its answer. */
export async function crowd(
  upstream: Upstream,
  { port, count, atOnce, request }: CrowdSettings,
): Promise<void> {
  const bytes = await callOf(upstream, port, request);
  /** Those who wait for no answer: any of them may leave when the upstream has a call. */
  const waiting = new Set<() => void>();
  let calls = 0;
  upstream.behaviour = ({ socket }) => {
    calls += 1;
    const [leaves] = waiting;
    if (calls % 2 === 0) socket.write(HEAD_AND_EVENT);
    else leaves?.();
  };
  let begun = 0;
  const worker = async () => {
    while (begun < count) {
      begun += 1;
      await leaveAmongOthers(port, bytes, waiting);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function leaveAmongOthers(port: number, bytes: Buffer, waiting: Set<() => void>): Promise<void> {
  const caller = new Caller(port);
  return new Promise((resolve) => {
    const goesAway = () => {
      waiting.delete(goesAway);
      clearTimeout(impatience);
      caller.close();
      resolve();
    };
    const impatience = setTimeout(goesAway, PATIENCE_MS / 3);
    waiting.add(goesAway);
    caller.send(bytes, () => true, goesAway, goesAway);
  });
}

async function leaveOnce(
  upstream: Upstream,
  port: number,
  bytes: Buffer,
  moment: Moment,
): Promise<number | undefined> {
  const caller = new Caller(port);
  let leftAt = 0;
  const goesAway = () => {
    leftAt = performance.now();
    caller.close();
  };
  const closed = new Promise<number>((resolve, reject) => {
    upstream.behaviour = ({ socket }) => {
      socket.once('close', () => resolve(performance.now() - leftAt));
      if (moment === 'during the answer') socket.write(HEAD_AND_EVENT);
      // Whatever is on its way has arrived by then.
      else setTimeout(goesAway, 20);
    };
    const reader = () => {
      setTimeout(goesAway, 20);
      return false;
    };
    caller.send(bytes, reader, () => {}, reject);
  });
  // An answer that is held back never comes, and its client leaves without it.
  const impatience = setTimeout(goesAway, PATIENCE_MS / 3);
  const ms = await Promise.race([closed, wait(PATIENCE_MS).then(() => undefined)]);
  clearTimeout(impatience);
  return ms;
}

/** A call of a session that was begun for it. */
async function callOf(
  upstream: Upstream,
  port: number,
  request: RequestSettings = {},
): Promise<Buffer> {
  upstream.behaviour = answer;
  const caller = new Caller(port);
  const session = await beginSession(caller, port, request);
  caller.close();
  return toolCall(port, session, request);
}

import { setTimeout as wait } from 'node:timers/promises';
import { quantile } from '../figures/statistics.ts';
import { answer } from './answer.ts';
import { Caller } from './caller.ts';
import { get } from './requests.ts';
import type { Call, Upstream } from './upstream.ts';

const HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n',
);
/** After so long without a further stream, no more will open. */
const PATIENCE_MS = 2000;
const AT_ONCE = 200;
const CLOCK_LENGTH = 14;
const CLOCK = '"at":"';

/** What is held open, until it is closed. */
let callers: Caller[] = [];
let upstreams: Call['socket'][] = [];
const flowing: { lags: number[]; heard: Set<Caller> } = { lags: [], heard: new Set() };

/** Opens event streams; says how many gave a head. */
export async function openStreams(
  upstream: Upstream,
  { port, count }: { readonly port: number; readonly count: number },
): Promise<{ readonly opened: number; readonly upstream: number }> {
  const open: Call['socket'][] = [];
  upstreams = open;
  upstream.behaviour = (call) => {
    if (call.method !== 'GET') {
      answer(call);
      return;
    }
    call.socket.write(HEAD);
    open.push(call.socket);
  };
  const bytes = get(port);
  let opened = 0;
  callers = [];
  while (callers.length < count) {
    const before = opened;
    for (let i = 0; i < AT_ONCE && callers.length < count; i += 1) {
      const caller = new Caller(port);
      callers.push(caller);
      let isOpen = false;
      const reader = (chunk: Buffer): boolean => {
        if (!isOpen) {
          isOpen = true;
          opened += 1;
          if (chunk.toString('latin1', 9, 12) !== '200')
            throw new Error(chunk.toString('latin1', 0, 300));
        }
        readEvents(caller, chunk);
        return false;
      };
      caller.send(bytes, reader, () => {}, fail);
    }
    const due = before + AT_ONCE;
    await until(() => opened >= Math.min(due, count), 250);
  }
  for (let last = -1; last !== opened && opened < count; ) {
    last = opened;
    await until(() => opened >= count, PATIENCE_MS);
  }
  return { opened, upstream: open.length };
}

/** How many events went out and came in, on how many streams, and how many milliseconds they took. */
export interface Flow {
  readonly sent: number;
  readonly events: number;
  readonly streams: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Each open stream gets an event a second. Says how late they come, and to how many. */
export async function flow(_: Upstream, { ms }: { readonly ms: number }): Promise<Flow> {
  flowing.lags = [];
  flowing.heard = new Set();
  const sent = await sendEvents(ms);
  await until(() => flowing.lags.length >= sent, PATIENCE_MS);
  const { lags, heard } = flowing;
  return {
    sent,
    events: lags.length,
    streams: heard.size,
    p50: quantile(lags, 0.5),
    p99: quantile(lags, 0.99),
    max: lags.reduce((most, lag) => Math.max(most, lag), 0),
  };
}

export async function closeStreams(_: Upstream, __: object): Promise<void> {
  for (const caller of callers) caller.close();
  callers = [];
  await until(() => upstreams.every(({ destroyed }) => destroyed), 3000);
  for (const socket of upstreams) socket.destroy();
}

/** Spread evenly, a few each millisecond: a burst would measure itself. */
function sendEvents(ms: number): Promise<number> {
  const start = performance.now();
  let sent = 0;
  return new Promise((resolve) => {
    const tick = () => {
      const passed = Math.min(ms, performance.now() - start);
      const due = Math.floor((passed * upstreams.length) / 1000);
      for (; sent < due; sent += 1) upstreams[sent % upstreams.length]?.write(event());
      if (passed < ms) setTimeout(tick, 1);
      else resolve(sent);
    };
    tick();
  });
}

/** About 200 bytes, with the time at which it leaves. */
function event(): string {
  const at = performance.now().toFixed(3).padStart(CLOCK_LENGTH, '0');
  const data = `event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"bench",${CLOCK}${at}","data":"The build of example/project is still on."}}\n\n`;
  return `${data.length.toString(16)}\r\n${data}\r\n`;
}

function readEvents(caller: Caller, chunk: Buffer): void {
  const now = performance.now();
  for (let i = chunk.indexOf(CLOCK); i >= 0; i = chunk.indexOf(CLOCK, i + 1)) {
    const start = i + CLOCK.length;
    flowing.lags.push(now - Number(chunk.toString('latin1', start, start + CLOCK_LENGTH)));
    flowing.heard.add(caller);
  }
}

/** A stream that does not open, or is closed, is one less that is counted. */
function fail(): void {}

async function until(isSo: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!isSo() && performance.now() < end) await wait(5);
}

import { quantile } from '../figures/statistics.ts';
import { ANSWER, answer } from './answer.ts';
import { like } from './answers.ts';
import { Caller, type Reader } from './caller.ts';
import { type RequestSettings, toolCall } from './requests.ts';
import { askOnce, beginSession } from './sessions.ts';
import type { Upstream } from './upstream.ts';

/** What is sent, and for how long. */
export interface PostsSettings extends RequestSettings {
  readonly port: number;
  readonly connections: number;
  readonly ms?: number;
  /** In place of a time: how many. */
  readonly requests?: number;
  /** So many each second, spread evenly. Default: the next one when the last was answered. */
  readonly perSecond?: number;
}

/** What became of it. */
export interface Slice {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds from the request, or from when it was due, to the end of its answer. */
  readonly p50: number;
  readonly p99: number;
}

/** Connections that stay open between slices: what is measured is requests, not handshakes. */
interface Client {
  readonly callers: readonly Caller[];
  readonly bytes: Buffer;
  readonly reader: () => Reader;
}

const clients = new Map<string, Promise<Client>>();

/** Sends calls of a tool, and fails on the first answer that is not the upstream's. */
export async function posts(upstream: Upstream, settings: PostsSettings): Promise<Slice> {
  upstream.behaviour = answer;
  const { port, connections, size, authorization, origin } = settings;
  const key = JSON.stringify([port, connections, size, authorization, origin]);
  const client = clients.get(key) ?? connectTo(settings);
  clients.set(key, client);
  const latencies = await (settings.perSecond === undefined
    ? closedLoop(await client, settings)
    : openLoop(await client, settings, settings.perSecond));
  return {
    requests: latencies.length,
    seconds: (settings.ms ?? 0) / 1000,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

async function connectTo(settings: PostsSettings): Promise<Client> {
  const { port, connections } = settings;
  const callers = Array.from({ length: connections }, () => new Caller(port));
  const [first] = callers as [Caller];
  const session = await beginSession(first, port, settings);
  const bytes = toolCall(port, session, settings);
  const sample = await askOnce(first, bytes);
  if (!/^HTTP\/1\.1 200 /.test(sample) || !sample.includes(ANSWER.toString('latin1')))
    throw new Error(`Not the answer of the upstream: ${sample}`);
  return { callers, bytes, reader: like(sample) };
}

function closedLoop(
  { callers, bytes, reader }: Client,
  { ms = Number.POSITIVE_INFINITY, requests = Number.POSITIVE_INFINITY }: PostsSettings,
): Promise<number[]> {
  const latencies: number[] = [];
  const end = performance.now() + ms;
  let sent = 0;
  const loop = (caller: Caller) =>
    new Promise<void>((resolve, reject) => {
      let at = 0;
      const done = () => {
        const now = performance.now();
        latencies.push(now - at);
        if (now < end && sent < requests) next(now);
        else resolve();
      };
      const next = (now: number) => {
        sent += 1;
        at = now;
        caller.send(bytes, reader(), done, reject);
      };
      next(performance.now());
    });
  return Promise.all(callers.map(loop)).then(() => latencies);
}

/** Requests are due at their times, whether or not those before them were answered. */
function openLoop(
  { callers, bytes, reader }: Client,
  { ms = 1000 }: PostsSettings,
  perSecond: number,
): Promise<number[]> {
  const count = Math.round((perSecond * ms) / 1000);
  const latencies: number[] = [];
  const idle = [...callers];
  const start = performance.now();
  let sent = 0;
  return new Promise((resolve, reject) => {
    const tick = () => {
      const due = Math.min(count, ((performance.now() - start) * perSecond) / 1000);
      while (sent < due && idle.length > 0) {
        const at = start + (sent * 1000) / perSecond;
        const caller = idle.pop() as Caller;
        sent += 1;
        const done = () => {
          latencies.push(performance.now() - at);
          idle.push(caller);
          if (latencies.length === count) resolve(latencies);
        };
        caller.send(bytes, reader(), done, reject);
      }
      if (sent < count) setTimeout(tick, 1);
    };
    tick();
  });
}

/** Lets go of the connections to a proxy that ends. */
export async function hangUp(_: Upstream, { port }: { readonly port: number }): Promise<void> {
  for (const [key, client] of clients) {
    if (JSON.parse(key)[0] !== port) continue;
    clients.delete(key);
    for (const caller of (await client).callers) caller.close();
  }
}

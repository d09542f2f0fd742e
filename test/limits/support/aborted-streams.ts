/**
 * Opens 10,000 event streams through a gateway and aborts them in every way, in a process of its own:
 * its timers, sockets and heap are those of these streams. Tells its parent what was left, closes the
 * gateway, and ends as soon as nothing keeps it.
 */
import { type EventEmitter, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import express from 'express';
import { createMcpGateway, type GatewayContext } from '../../../src/index.ts';
import {
  AbortedStream,
  began,
  EVENTS,
  HEAD,
  HOLDER,
  idOf,
  over,
  reached,
  UPSTREAM,
  WAYS,
  type Way,
} from './abort-ways.ts';

const STREAMS = 10_000;
const WARM_UP = 2_000;
/** Only what never goes takes so long. */
const SETTLE_MS = 30_000;
const AT_ONCE = 40;
/** One place for each worker, and one for the stream that is held. */
const TOTAL = AT_ONCE + 1;
const MORE = 5;

/** What was left. */
export interface Leftovers {
  /** How often a status was the answer to each way of aborting; `none` where nobody waited for it. */
  readonly statuses: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The answers to as many streams as may be open at once, and to some more. */
  readonly reopened: readonly string[];
  /** How many may be open at once, and how many more were asked for. */
  readonly total: number;
  readonly more: number;
  /** What is open at the upstream. */
  readonly upstream: { readonly responses: number; readonly connections: number };
  /** What observers were told; unmatched: an end that came twice, or without a beginning. */
  readonly observed: {
    readonly requests: number;
    readonly closes: number;
    readonly unmatched: number;
  };
  readonly resourcesBefore: Readonly<Record<string, number>>;
  readonly resourcesAfter: Readonly<Record<string, number>>;
  readonly listenersBefore: number;
  readonly listenersAfter: number;
  /** In bytes, from the end of the warm-up to the end of all. */
  readonly heapGrowth: number;
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
}

const upstreamResponses = new Set<ServerResponse>();
const upstream = createServer((req, res) => {
  const id = idOf(req.headers);
  upstreamResponses.add(res);
  res.once('close', () => upstreamResponses.delete(res));
  res.setHeader('Content-Type', 'text/event-stream');
  req.resume();
  UPSTREAM[id.split(' ')[0] as string]?.(res);
  reached.tell(id);
});
const upstreamConnections = new Set<Socket>();
upstream.on('connection', (socket: Socket) => {
  upstreamConnections.add(socket);
  socket.once('close', () => upstreamConnections.delete(socket));
});

const warnings: string[] = [];
const errors: string[] = [];
process.on('warning', (warning) => warnings.push(String(warning)));
process.on('uncaughtException', (error) => errors.push(String(error)));
process.on('unhandledRejection', (error) => errors.push(String(error)));

let requests = 0;
let closes = 0;
let unmatched = 0;
const open = new Set<GatewayContext>();

const upstreamPort = await listen(upstream);
const gateway = createMcpGateway({
  target: `http://127.0.0.1:${upstreamPort}/mcp`,
  auth: async ({ headers }) => {
    const id = idOf(headers);
    if (id.startsWith('unknown')) await over.until(id);
    else await setImmediate();
    return { subject: String(headers['x-user']) };
  },
  sessions: false,
  streams: { perUser: 1, perIp: 1, total: TOTAL },
  observe: {
    onRequest(ctx) {
      requests += 1;
      open.add(ctx);
      began.tell(idOf(ctx.headers));
    },
    onClose(_record, ctx) {
      closes += 1;
      if (!open.delete(ctx)) unmatched += 1;
      over.tell(idOf(ctx.headers));
    },
  },
});
const server = createServer(express().set('trust proxy', 1).use(gateway));
const port = await listen(server);

async function listen(listening: Server): Promise<number> {
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return (listening.address() as AddressInfo).port;
}

const statuses: Record<string, Record<string, number>> = {};

async function openAndAbort(number: number, worker: number): Promise<void> {
  const [name, way] = Object.entries(WAYS)[number % Object.keys(WAYS).length] as [string, Way];
  const { user = `worker ${worker}`, ip = `198.51.100.${worker}` } = way;
  const stream = new AbortedStream(port, `${way.upstream} ${number}`, { user, ip });
  await way.abort(stream);
  await Promise.all([over.until(stream.id), stream.closed()]);
  for (const happenings of [began, reached, over]) happenings.forget(stream.id);
  const counts = statuses[name] ?? {};
  counts[stream.status] = (counts[stream.status] ?? 0) + 1;
  statuses[name] = counts;
}

let next = 0;

async function abortUpTo(number: number): Promise<void> {
  const worker = async (_: unknown, own: number) => {
    while (next < number) await openAndAbort(next++, own);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Some of what is let go of is only found by the next collection, a turn later. */
async function heapUsed(): Promise<number> {
  for (let i = 0; i < 4; i += 1) {
    globalThis.gc?.();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}

function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Listeners on what outlives every stream. */
function listeners(): number {
  const emitters: readonly EventEmitter[] = [process, server, upstream];
  return emitters.flatMap((emitter) =>
    emitter.eventNames().flatMap((name) => emitter.listeners(name)),
  ).length;
}

/** As many streams as may be open at once, and some more; gives the answers in this order. */
async function reopen(): Promise<string[]> {
  const streams: AbortedStream[] = [];
  for (let i = 0; i < TOTAL + MORE; i += 1) {
    const stream = new AbortedStream(port, `events again${i}`, {
      user: `user ${i}`,
      ip: `203.0.113.${i}`,
    });
    await stream.has(HEAD);
    streams.push(stream);
  }
  for (const { socket } of streams) socket.resetAndDestroy();
  await Promise.all(streams.flatMap((stream) => [over.until(stream.id), stream.closed()]));
  return streams.map(({ status }) => status);
}

/** Sockets close a little later than the requests on them; what has not by then will not. */
async function settled(): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  while (!isAsBefore() && Date.now() < deadline) await setImmediate();
}

function isAsBefore(): boolean {
  const isGone = upstreamResponses.size + upstreamConnections.size === 0;
  return isGone && isDeepStrictEqual(resources(), resourcesBefore);
}

const resourcesBefore = resources();
const listenersBefore = listeners();
const holder = new AbortedStream(port, 'events held', HOLDER);
await holder.has(EVENTS);
await abortUpTo(WARM_UP);
const heapBefore = await heapUsed();
await abortUpTo(STREAMS);
const heapGrowth = (await heapUsed()) - heapBefore;
holder.socket.destroy();
await Promise.all([over.until(holder.id), holder.closed()]);
const reopened = await reopen();
await settled();

const leftovers: Leftovers = {
  statuses,
  reopened,
  total: TOTAL,
  more: MORE,
  upstream: { responses: upstreamResponses.size, connections: upstreamConnections.size },
  observed: { requests, closes, unmatched },
  resourcesBefore,
  resourcesAfter: resources(),
  listenersBefore,
  listenersAfter: listeners(),
  heapGrowth,
  warnings,
  errors,
};
// For ever, were anything still under way.
await gateway.close({ graceMs: Number.POSITIVE_INFINITY });
server.close();
upstream.close();
process.send?.(leftovers, () => process.disconnect());

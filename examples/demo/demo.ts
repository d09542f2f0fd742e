import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { styleText } from 'node:util';
import express, { type Express } from 'express';
import { createMcpGateway, hardenServer } from '../../src/index.ts';
import { runAgent } from './agent.ts';
import { table } from './table.ts';
import type { Call } from './timed-fetch.ts';
import { createUpstream } from './upstream.ts';

// A gateway that holds an event back would keep the agent waiting for it.
const deadline = setTimeout(() => {
  throw new Error('The demo did not come to an end in 30 s');
}, 30_000);

// An MCP server, and a gateway in front of it.
const upstream = createUpstream();
const upstreamServer = await listen(upstream.app, 0);
const target = endpointOf(upstreamServer);

const app = express();
app.use(createMcpGateway({ target, onError: console.error }));
const server = hardenServer(await listen(app, Number(process.env.PORT ?? 3000)));
const url = endpointOf(server);

console.log(`\nagent ──▶ gateway ${bold(url)} ──▶ MCP server ${target}\n`);

// The same agent twice, once for each era of the protocol.
const legacy = await runAgent(url, 'legacy', upstream.announceTools);
const modern = await runAgent(url, { pin: '2026-07-28' }, upstream.announceTools);
clearTimeout(deadline);

console.log(
  table(
    [
      { heading: 'protocol' },
      { heading: 'call' },
      { heading: 'status' },
      { heading: 'answer' },
      { heading: 'first byte', align: 'right' },
      { heading: 'total', align: 'right' },
    ],
    [...rows('2025-11-25', legacy), [], ...rows('2026-07-28', modern)],
  ),
);
console.log('\nAll as it should be: the 404 is for a session that DELETE has ended.');

if (process.argv.includes('--once')) {
  stop();
} else {
  process.once('SIGINT', stop).once('SIGTERM', stop);
  console.log(`\nStill serving: point an agent at ${bold(url)}, end it with Ctrl-C.`);
}

function rows(protocol: string, calls: readonly Call[]): string[][] {
  return calls.map(({ name, status, answer, firstByte, total }) => [
    protocol,
    name,
    String(status),
    answer,
    `${firstByte.toFixed(1)} ms`,
    `${total.toFixed(1)} ms`,
  ]);
}

/** Listens on `port`, or on the next one that is free. */
async function listen(app: Express, port: number): Promise<Server> {
  const server = app.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return listen(app, port + 1);
  }
}

function endpointOf(server: Server): URL {
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
}

function bold(text: URL): string {
  return styleText('bold', text.href);
}

function stop(): void {
  for (const running of [server, upstreamServer]) {
    running.close();
    running.closeAllConnections();
  }
}

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { styleText } from 'node:util';
import express, { type Express } from 'express';
import { otel } from '../../src/exports/otel.ts';
import { prometheus } from '../../src/exports/prometheus.ts';
import {
  createMcpGateway,
  createServer,
  denyTools,
  jwt,
  type RequestRecord,
  requireScopes,
} from '../../src/index.ts';
import { runAgent } from './agent.ts';
import { createIssuer } from './issuer.ts';
import { Journal } from './journal.ts';
import { runLimitedAgent } from './limited-agent.ts';
import { runPages } from './pages.ts';
import { runRest } from './rest.ts';
import { runScaled } from './scaled.ts';
import { runSecuredAgent } from './secured-agent.ts';
import { table } from './table.ts';
import { Traces } from './traces.ts';
import { createUpstream } from './upstream.ts';

// If a gateway held an event back, the agent would wait for it.
const deadline = setTimeout(() => {
  throw new Error('The demo did not come to an end in 30 s');
}, 30_000);

// An MCP server, an issuer of tokens, and three gateways in front of the one server.
const upstream = createUpstream();
const upstreamServer = await listen(upstream.app, 0);
const target = endpointOf(upstreamServer);
const issuer = await createIssuer();
const issuerServer = await listen(issuer.app, 0);
const issuerUrl = endpointOf(issuerServer).origin;

const app = express();
const journal = new Journal();
const server = await listen(app, Number(process.env.PORT ?? 3000));
const url = endpointOf(server);
const securedUrl = new URL('/secured', url);
const limitedUrl = new URL('/limited', url);
const origin = 'https://app.example';

// Metrics of all gateways are on one page, and their spans in one place.
const traces = new Traces();
const metrics = prometheus();
const metricsUrl = new URL('/metrics', url);
app.get(metricsUrl.pathname, metrics.handler);
const observe = [journal, metrics, otel({ tracerProvider: traces.provider })];

app.use(createMcpGateway({ target, cors: { origin }, policies: denyTools('wipe'), observe }));
app.use(
  createMcpGateway({
    path: '/secured',
    publicUrl: securedUrl,
    target,
    auth: jwt({ issuer: issuerUrl, audience: securedUrl.href, jwksUri: `${issuerUrl}/jwks` }),
    policies: requireScopes({ wipe: ['demo:wipe'] }),
    observe,
  }),
);
app.use(
  createMcpGateway({
    path: '/limited',
    target,
    rateLimit: { limit: 2, window: '1m', by: ['user', 'tool'] },
    observe,
  }),
);

console.log(`\nagent ──▶ gateway ${bold(url)} ──▶ MCP server ${target}\n`);

// The same agent twice, once for each era of the protocol.
await runAgent(url, 'legacy', upstream.announceTools);
const legacy = await journal.take();
await runAgent(url, { pin: '2026-07-28' }, upstream.announceTools);
const modern = await journal.take();
// Then an endpoint where agents need a token, and one where they may not send too many requests.
await runSecuredAgent(securedUrl, (scopes) => issuer.tokenFor(issuerUrl, securedUrl.href, scopes));
const secured = await journal.take();
const told = await runLimitedAgent(limitedUrl);
const limited = await journal.take();
// And from web pages.
await runPages(url, origin);
const pages = await journal.take();
// And with tools that are operations of a REST API.
const asked = await runRest(app, new URL('/books', url), observe);
const rest = await journal.take();
// And with two instances of a server, of which one is killed.
const scaled = await runScaled(app, new URL('/scaled', url), journal, observe);
clearTimeout(deadline);

console.log('What the gateway saw:\n');
console.log(
  table(
    [
      { heading: 'protocol' },
      { heading: 'call' },
      { heading: 'slot' },
      { heading: 'status' },
      { heading: 'reason' },
      { heading: 'bytes in', align: 'right' },
      { heading: 'bytes out', align: 'right' },
      { heading: 'events', align: 'right' },
      { heading: 'head', align: 'right' },
      { heading: 'total', align: 'right' },
      { heading: 'end' },
    ],
    [
      ...rows('2025-11-25', legacy),
      [],
      ...rows('2026-07-28', modern),
      [],
      ...rows('with tokens', secured),
      [],
      ...rows('with limits', limited),
      [],
      ...rows('from pages', pages),
      [],
      ...rows('from REST', rest),
      [],
      ...rows('two servers', scaled.records),
    ],
  ),
);
console.log(`
All as it should be: a policy denies the tool 'wipe'; the 404 is for a session that DELETE has
ended; without a token there is a 401; with tokens 'wipe' needs a scope, which the agent asks for
when it is told so; a page from anywhere but ${origin} gets nothing; and with limits
an agent that calls too often is told:

  ${told}

Behind /books there is no MCP server, but a REST API in this process with three operations, of which two are
tools. What the agent asked, and was told:

${asked}

Two servers A and B stand behind /scaled, each with an agent in a session. A is killed while it works:
that call is cut and nothing is sent twice, its session gets 502 and then 404, and its agent begins
anew at B, whose own agent never noticed. After 3 s the gateway tries A again:

${scaled.told}

Metrics: ${bold(metricsUrl)}, for Prometheus; examples/grafana has a dashboard and alerts for them.
Traces: ${traces.where}.
One of them, of a call over /mcp:

${table(
  [{ heading: 'span' }, { heading: 'name' }, { heading: 'time', align: 'right' }],
  traces.lastWith('tools/call countdown'),
)}`);

if (process.argv.includes('--once')) {
  stop();
} else {
  process.once('SIGINT', stop).once('SIGTERM', stop);
  console.log(`\nStill serving: point an agent at ${bold(url)}, end it with Ctrl-C.`);
}

function rows(protocol: string, records: readonly RequestRecord[]): string[][] {
  return records.map((record) => [
    protocol,
    [record.method, ...record.messages.flatMap(({ method, name }) => [method, name])]
      .filter(Boolean)
      .join(' '),
    record.slot,
    String(record.status),
    record.reason ?? '–',
    String(record.bytesIn),
    String(record.bytesOut),
    String(record.events),
    milliseconds(record.headMs),
    milliseconds(record.totalMs),
    record.end,
  ]);
}

function milliseconds(ms: number | undefined): string {
  return ms === undefined ? '–' : `${ms.toFixed(1)} ms`;
}

/** Listens on `port`, or on the next one that is free. */
async function listen(app: Express, port: number): Promise<Server> {
  const server = createServer(app).listen(port, '127.0.0.1');
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
  void scaled.stop();
  void traces.stop();
  for (const running of [server, upstreamServer, issuerServer]) {
    running.close();
    running.closeAllConnections();
  }
}

/**
 * An agent with its own span, a gateway and an MCP server in one process. The first argument is the folder where
 * OpenTelemetry is installed. The second names the instrumentations, the third the engine. The last says which
 * function makes the server of the gateway. The process tells its parent, by IPC, the spans of one call, and the
 * trace headers that reached the server.
 */
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';

const [installed = '', names = '', engine = 'http', serverOf = 'node'] = process.argv.slice(2);
const home = pathToFileURL(`${installed}/`);
const load = createRequire(home);
register('@opentelemetry/instrumentation/hook.mjs', home);

const api = load('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = load('@opentelemetry/context-async-hooks');
const core = load('@opentelemetry/core');
const { registerInstrumentations } = load('@opentelemetry/instrumentation');
const sdk = load('@opentelemetry/sdk-trace');

const ended: Record<string, unknown>[] = [];
let started = 0;
const processor = {
  onStart() {
    started += 1;
  },
  onEnd: (span: Record<string, unknown>) => void ended.push(span),
  forceFlush: async () => {},
  shutdown: async () => {},
};
// In the SDK 3 this class has another name.
const Provider = sdk.TracerProvider ?? sdk.BasicTracerProvider;
const tracerProvider = new Provider({ spanProcessors: [processor] });
api.trace.setGlobalTracerProvider(tracerProvider);
api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
api.propagation.setGlobalPropagator(
  new core.CompositePropagator({
    propagators: [new core.W3CTraceContextPropagator(), new core.W3CBaggagePropagator()],
  }),
);
const instrumentations = names
  .split(',')
  .filter(Boolean)
  .map((name) => {
    const [Instrumentation] = Object.values(load(`@opentelemetry/instrumentation-${name}`)).filter(
      (value): value is new () => unknown =>
        typeof value === 'function' && /Instrumentation$/.test(value.name),
    );
    return new (Instrumentation as new () => unknown)();
  });
registerInstrumentations({ instrumentations, tracerProvider });
load('node:http');

const { default: http } = await import('node:http');
const { default: express } = await import('express');
const { otel } = await import('../../../src/exports/otel.ts');
const { createMcpGateway, createServer } = await import('../../../src/index.ts');

const listen = async (server: import('node:http').Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as import('node:net').AddressInfo).port;
};

const arrived: string[][] = [];
const mcpServer: import('node:http').RequestListener = (req, res) => {
  arrived.push(
    req.rawHeaders.flatMap((name, i) =>
      i % 2 === 0 && /^(traceparent|tracestate|baggage)$/i.test(name)
        ? [`${name}: ${req.rawHeaders[i + 1]}`]
        : [],
    ),
  );
  req.resume().on('end', () => {
    res.setHeader('Content-Type', 'application/json');
    res.end('{"jsonrpc":"2.0","id":1,"result":{"content":[]}}');
  });
};
const upstream = http.createServer(mcpServer);
const target =
  engine === 'in-process' ? mcpServer : `http://127.0.0.1:${await listen(upstream)}/mcp`;
const done = Promise.withResolvers<void>();
const app = express();
app.use(
  '/:tenant',
  createMcpGateway({
    target,
    engine: engine === 'undici' ? engine : 'http-proxy-middleware',
    observe: [otel(), { onClose: () => setImmediate(done.resolve) }],
  }),
);
const server = serverOf === 'gateway' ? createServer(app) : http.createServer(app);
const port = await listen(server);

const agent = api.trace.getTracer('agent').startSpan('agent');
const inAgent = api.trace.setSpan(api.context.active(), agent);
await api.context.with(inAgent, async () => {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    connection: 'close',
  };
  // If the HTTP client of the agent is instrumented, the agent needs nothing else.
  if (!names.includes('undici')) {
    api.propagation.inject(api.context.active(), headers);
    headers.tracestate = 'of=agent';
    headers.baggage = 'who=agent';
  }
  const _meta: Record<string, string> = {};
  api.propagation.inject(api.context.active(), _meta);
  const params = { name: 'add', _meta: names.includes('undici') ? _meta : {} };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  const answer = await fetch(`http://127.0.0.1:${port}/acme/mcp`, {
    method: 'POST',
    headers,
    body,
  });
  await answer.text();
});
agent.end();
await done.promise;
// The spans of HTTP end when connections do.
for (const one of [server, upstream]) one.close();
while (ended.length < started) await new Promise(setImmediate);
const spans = ended.map((span) => {
  const { traceId, spanId } = (span.spanContext as () => Record<string, string>).call(span);
  const parent = (span.parentSpanContext as { spanId?: string } | undefined)?.spanId;
  const scope = (span.instrumentationScope as { name: string }).name;
  const links = (span.links as { context: { spanId: string } }[]).map((l) => l.context.spanId);
  const { name, kind, attributes } = span;
  return { scope, name, kind, traceId, spanId, parent, links, attributes };
});
process.send?.({ spans, arrived }, () => process.exit());

import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import { denyTools } from '../../../src/index.ts';
import { rawClient } from '../client/raw.ts';
import { headOf } from '../client/request.ts';
import { recordingUpstream } from '../upstream.ts';
import type { ExportedSpan, OtelKit } from './kit.ts';
import {
  answer,
  CLIENT,
  message,
  SERVER,
  spanOf,
  startTraced,
  type TracedGateway,
  type TracedOptions,
  traceparent,
} from './traced-gateway.ts';

const OK = { code: SpanStatusCode.UNSET };
const ERROR = { code: SpanStatusCode.ERROR };

/** The attributes that all spans of one kind have. */
function common(kind: typeof SERVER | typeof CLIENT, { upstream }: TracedGateway) {
  return {
    'network.transport': 'tcp',
    'network.protocol.name': 'http',
    'network.protocol.version': '1.1',
    'mcp.gateway.name': 'front',
    ...(kind === SERVER
      ? { 'client.address': '127.0.0.1', 'client.port': expect.any(Number) }
      : { 'server.address': '127.0.0.1', 'server.port': upstream.port }),
  };
}

const TOOL = {
  'mcp.method.name': 'tools/call',
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': 'add',
  'jsonrpc.request.id': '1',
};

const CALL = message('tools/call', { name: 'add', arguments: { secret: 's3cret' } });

/** The spans of messages: names, attributes, and what counts as an error. */
export function describeSpans(kit: OtelKit): void {
  describe(`spans with ${kit.name}`, () => {
    beforeAll(() => kit.setGlobals(kit.w3c));
    afterAll(() => kit.unsetGlobals());

    const METHODS: readonly (readonly [object, name: string, attributes: object])[] = [
      [CALL, 'tools/call add', TOOL],
      [
        message('prompts/get', { name: 'greet' }, 'p-1'),
        'prompts/get greet',
        {
          'mcp.method.name': 'prompts/get',
          'gen_ai.prompt.name': 'greet',
          'jsonrpc.request.id': 'p-1',
        },
      ],
      [
        message('resources/read', { uri: 'https://u:pw@x.example/a?key=1' }),
        'resources/read',
        {
          'mcp.method.name': 'resources/read',
          'mcp.resource.uri': 'https://x.example/a',
          'jsonrpc.request.id': '1',
        },
      ],
      [
        message('tools/list'),
        'tools/list',
        { 'mcp.method.name': 'tools/list', 'jsonrpc.request.id': '1' },
      ],
      [
        { jsonrpc: '2.0', method: 'notifications/initialized' },
        'notifications/initialized',
        { 'mcp.method.name': 'notifications/initialized' },
      ],
      [message('ping', undefined, null), 'ping', { 'mcp.method.name': 'ping' }],
    ];

    test.each(METHODS)('%j', async (asked, name, attributes) => {
      const traced = await startTraced(kit);
      await traced.post(asked);
      for (const kind of [SERVER, CLIENT] as const) {
        const [span, ...others] = traced.spans(kind);
        expect(others).toEqual([]);
        expect(span?.name).toBe(name);
        expect(span?.attributes).toEqual({ ...attributes, ...common(kind, traced) });
        expect(span?.status).toEqual(OK);
      }
      expectNested(traced);
      expect(traced.tracing.open).toBe(0);
    });

    test('the revision is told as _meta claims it, or as the header does', async () => {
      const traced = await startTraced(kit);
      const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
      await traced.post(message('ping', { _meta }));
      await traced.post(message('ping'), { 'mcp-protocol-version': '2025-06-18' });
      await traced.post(message('ping'), { 'mcp-protocol-version': 'made up' });
      const told = traced.spans(SERVER).map((span) => span.attributes['mcp.protocol.version']);
      expect(told).toEqual(['2026-07-28', '2025-06-18', undefined]);
    });

    test('a session is told as records tell it, and none where there are no sessions', async () => {
      const traced = await startTraced(kit);
      await traced.post(message('ping'), { 'mcp-session-id': 'abc' });
      await traced.post(message('ping'), {
        'mcp-session-id': 'abc',
        'mcp-protocol-version': '2026-07-28',
      });
      const { session } = await traced.observer.record();
      for (const kind of [SERVER, CLIENT]) {
        const told = traced.spans(kind).map((span) => span.attributes['mcp.session.id']);
        expect(told).toEqual([session, undefined]);
      }
      expect(session).not.toBe('abc');
    });

    test.each([false, true])(
      'a tool that fails is an error of both (stream: %j)',
      async (asStream) => {
        const traced = await startTraced(kit, {
          respond: answer({ result: { isError: true, content: [] } }, { asStream }),
        });
        await traced.post(CALL);
        for (const kind of [SERVER, CLIENT] as const) {
          expectError(traced, kind, { 'error.type': 'tool_error' });
        }
      },
    );

    test.each([-32700, -32600, -32601, -32602, -32002])(
      'the code %j is the mistake of the caller: an error of the client alone',
      async (code) => {
        const traced = await startTraced(kit, {
          respond: answer({ error: { code, message: 'of the server, with data' } }),
        });
        await traced.post(CALL);
        const [server] = traced.spans(SERVER);
        const status = { 'rpc.response.status_code': String(code) };
        expect(server?.attributes).toEqual({ ...TOOL, ...common(SERVER, traced), ...status });
        expect(server?.status).toEqual(OK);
        expectError(traced, CLIENT, { 'error.type': String(code), ...status });
      },
    );

    test('any other code is an error of both, without what the server says of it', async () => {
      const traced = await startTraced(kit, {
        respond: answer({ error: { code: -32603, message: 'of the server, with data' } }),
      });
      await traced.post(CALL);
      for (const kind of [SERVER, CLIENT] as const) {
        const expected = { 'error.type': '-32603', 'rpc.response.status_code': '-32603' };
        expectError(traced, kind, expected);
      }
    });

    const REFUSED: readonly (readonly [what: string, TracedOptions, type: string, code: string])[] =
      [
        ['a policy', { config: { policies: denyTools('add') } }, 'policy_denied', '403'],
        [
          'a limit',
          { config: { rateLimit: { limit: 1, window: '1m', weight: () => 2 } } },
          'rate_limited',
          '429',
        ],
      ];

    test.each(REFUSED)('%s that refuses: no client span, and the reason', async (...row) => {
      const [, options, type, code] = row;
      const traced = await startTraced(kit, options);
      await traced.post(CALL);
      expect(traced.spans(CLIENT)).toEqual([]);
      const [span] = traced.spans(SERVER);
      expect(span?.attributes).toEqual({
        ...TOOL,
        ...common(SERVER, traced),
        'error.type': type,
        'rpc.response.status_code': code,
      });
      expect(span?.status).toEqual({ ...ERROR, message: expect.any(String) });
    });

    test('what the caller got wrong is no error when the gateway finds it', async () => {
      const traced = await startTraced(kit, { config: { policies: () => true } });
      await traced.post('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}');
      const [span] = traced.spans(SERVER);
      expect(traced.spans(CLIENT)).toEqual([]);
      expect(span?.status ?? OK).toEqual(OK);
      expect(span?.attributes['error.type']).toBeUndefined();
    });

    test('an upstream that cannot be reached', async () => {
      const traced = await startTraced(kit, { config: { target: 'http://127.0.0.1:1/mcp' } });
      await traced.post(CALL);
      const [server] = traced.spans(SERVER);
      expect(server?.attributes).toMatchObject({
        'error.type': 'upstream_unreachable',
        'rpc.response.status_code': '502',
      });
      const [client] = traced.spans(CLIENT);
      expect(client?.attributes).toEqual({
        ...TOOL,
        ...common(CLIENT, traced),
        'server.port': 1,
        'error.type': 'upstream_unreachable',
      });
      expect(client?.status).toEqual(ERROR);
    });

    test('a target that cannot be reached, and another one: a client span for each', async () => {
      const other = await recordingUpstream(answer({ result: {} }));
      const target = ['http://127.0.0.1:1/mcp', other.target as string];
      const traced = await startTraced(kit, { config: { target } });
      const dead = () =>
        traced.spans(CLIENT).filter((span) => span.attributes['server.port'] === 1);
      // The gateway chooses the first target at random.
      for (let i = 0; i < 50 && dead().length === 0; i += 1) await traced.post(CALL);
      const [first] = dead();
      expect(first?.attributes['error.type']).toBe('upstream_unreachable');
      const siblings = traced
        .spans(CLIENT)
        .filter((span) => span.spanContext().traceId === first?.spanContext().traceId);
      expect(siblings.map(({ attributes, status }) => [attributes['server.port'], status])).toEqual(
        [
          [1, ERROR],
          [other.port, OK],
        ],
      );
      expect(traced.spans(SERVER).map(({ status }) => status)).toContainEqual(OK);
      expect(traced.tracing.open).toBe(0);
    });

    test('what is refused before its body is read is told as its headers claim it', async () => {
      const traced = await startTraced(kit, { config: { auth: () => null } });
      await traced.post('x'.repeat(100), { 'mcp-method': 'tools/call', 'mcp-name': 'add' });
      const [span, ...others] = traced.tracing.spans;
      expect(others).toEqual([]);
      expect(span?.name).toBe('tools/call add');
      expect(span?.attributes).toMatchObject({
        'error.type': 'unauthorized',
        'rpc.response.status_code': '401',
        'mcp.gateway.name': 'front',
      });
    });

    test('a status that is no answer to a message', async () => {
      const traced = await startTraced(kit, {
        respond: (_req, res) => void res.writeHead(404, { 'Content-Type': 'text/html' }).end('no'),
      });
      await traced.post(CALL);
      expect(traced.spans(SERVER)[0]?.status).toEqual(OK);
      expectError(traced, CLIENT, { 'error.type': '404' });
    });

    test('a client that leaves: no error of the gateway as a server', async () => {
      let isAsked = () => {};
      const asked = new Promise<void>((resolve) => {
        isAsked = resolve;
      });
      const traced = await startTraced(kit, { respond: () => isAsked() });
      const leaving = new AbortController();
      const call = traced.gateway.url;
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(CALL);
      const left = fetch(call, { method: 'POST', headers, body, signal: leaving.signal });
      await asked;
      leaving.abort();
      await expect(left).rejects.toThrow();
      await traced.observer.record();
      expect(traced.spans(SERVER)[0]?.status).toEqual(OK);
      expectError(traced, CLIENT, { 'error.type': 'client_left' });
      expect(traced.tracing.open).toBe(0);
    });

    test('a batch: two spans for each message, none for an answer', async () => {
      const traced = await startTraced(kit);
      await traced.post([
        message('tools/call', { name: 'add' }, 1),
        { jsonrpc: '2.0', id: 7, result: {} },
        message('tools/list', {}, 2),
      ]);
      for (const kind of [SERVER, CLIENT]) {
        expect(traced.spans(kind).map(({ name }) => name)).toEqual([
          'tools/call add',
          'tools/list',
        ]);
      }
      expectNested(traced);
    });

    test('an answer to a question of the server makes no span', async () => {
      const traced = await startTraced(kit, {
        respond: (_req, res) => void res.writeHead(202).end(),
      });
      await traced.post({ jsonrpc: '2.0', id: 7, result: {} });
      expect(traced.tracing.spans).toEqual([]);
    });

    test.each([
      ['a stream that a GET opens', 'GET', undefined, 'GET stream'],
      [
        'subscriptions/listen',
        'POST',
        JSON.stringify(message('subscriptions/listen')),
        'subscriptions/listen',
      ],
    ])('%s: its spans are over with the head', async (_what, method, body, name) => {
      const traced = await startTraced(kit, {
        respond: (_req, res) => {
          res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': here\n\n');
        },
      });
      const response = await fetch(traced.gateway.url, {
        method,
        ...(body !== undefined && { body }),
        headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      });
      const reader = response.body?.getReader();
      await reader?.read();
      expect(traced.tracing.open).toBe(0);
      expect(traced.spans(SERVER).map((span) => [span.name, span.status])).toEqual([[name, OK]]);
      expect(traced.spans(CLIENT).map((span) => span.name)).toEqual([name]);
      expectNested(traced);
      await reader?.cancel();
      await traced.observer.record();
      expect(traced.tracing.spans.length).toBe(2);
    });

    test('a stream that a GET opens, whatever its headers claim: its spans are over with the head', async () => {
      const traced = await startTraced(kit, {
        respond: (_req, res) => {
          res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': here\n\n');
        },
      });
      const headers = {
        accept: 'text/event-stream',
        'mcp-method': 'tools/call',
        'mcp-name': 'add',
      };
      const response = await fetch(traced.gateway.url, { headers });
      const reader = response.body?.getReader();
      await reader?.read();
      expect(traced.tracing.open).toBe(0);
      for (const kind of [SERVER, CLIENT] as const) {
        const [span] = traced.spans(kind);
        expect(span?.name).toBe('GET stream');
        expect(span?.attributes).toEqual(common(kind, traced));
      }
      await reader?.cancel();
      await traced.observer.record();
      expect(await traced.metering.collect()).toEqual([]);
    });

    test('a message that is too long to be looked into, and has no headers that say what it is', async () => {
      const traced = await startTraced(kit);
      await traced.post(message('tools/call', { name: 'add', text: 'x'.repeat(70_000) }));
      for (const kind of [SERVER, CLIENT] as const) {
        const [span, ...others] = traced.spans(kind);
        expect(others).toEqual([]);
        expect(span?.name).toBe('POST message');
        expect(span?.attributes).toEqual(common(kind, traced));
        expect(span?.status).toEqual(OK);
      }
      expectNested(traced);
      expect(traced.tracing.open).toBe(0);
    });

    test('a message that comes slowly is named once it is known', async () => {
      const of = spanOf('a');
      const traced = await startTraced(kit, {
        respond: answer({ error: { code: -32603, message: 'no' } }),
      });
      const body = JSON.stringify(
        message('tools/call', { name: 'add', _meta: { traceparent: traceparent(of) } }),
      );
      const client = await rawClient(traced.gateway.port);
      client.send(`${headOf()}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`);
      // The spans begin when the request goes upstream, with the part of the body that has come.
      while (traced.tracing.open < 2) await setTimeout(5);
      client.send(body.slice(9));
      await client.closed();
      await traced.observer.record();
      for (const kind of [SERVER, CLIENT] as const) {
        expect(traced.spans(kind).map(({ name }) => name)).toEqual(['tools/call add']);
        const expected = { 'error.type': '-32603', 'rpc.response.status_code': '-32603' };
        expectError(traced, kind, expected);
      }
      expectNested(traced);
      // The parent in _meta came too late to become the parent of the span.
      const links = traced.spans(SERVER).flatMap((span) => span.links);
      expect(links.map(({ context }) => context.spanId)).toEqual([of.spanId]);
      const metrics = await traced.metering.collect();
      expect(metrics.map(({ dataPoints }) => dataPoints.length)).toEqual([1, 1]);
    });

    test('the older transport: the stream has spans, and each message that is sent', async () => {
      let open: ServerResponse | undefined;
      const traced = await startTraced(kit, {
        respond: (req, res) => {
          if (req.method === 'GET') {
            open = res.writeHead(200, { 'Content-Type': 'text/event-stream' });
            res.write('event: endpoint\ndata: /messages?sessionId=1\n\n');
          } else {
            res.writeHead(202).end();
            open?.write('data: {"jsonrpc":"2.0","id":1,"result":{"isError":true}}\n\n');
          }
        },
        config: { legacySse: { path: '/sse', messagePath: '/messages' } },
      });
      const { port } = traced.gateway;
      const stream = await fetch(`http://127.0.0.1:${port}/sse`);
      const reader = stream.body?.getReader();
      await reader?.read();
      expect(traced.tracing.open).toBe(0);
      const post = { method: 'POST', body: JSON.stringify(CALL) };
      await fetch(`http://127.0.0.1:${port}/messages?sessionId=1`, {
        ...post,
        headers: { 'content-type': 'application/json' },
      });
      await traced.observer.record();
      for (const kind of [SERVER, CLIENT] as const) {
        const [ofStream, ofCall, ...others] = traced.spans(kind);
        expect(others).toEqual([]);
        expect(ofStream?.name).toBe('GET stream');
        expect(ofCall?.name).toBe('tools/call add');
        // The outcome comes on the stream.
        expect(ofCall?.status).toEqual(OK);
        expect(ofCall?.attributes).toMatchObject(TOOL);
      }
      expect(
        JSON.stringify(traced.tracing.spans.map(({ attributes }) => attributes)),
      ).not.toContain('sessionId');
      await reader?.cancel();
    });

    test('DELETE of a session: a pair of spans, with no method of MCP', async () => {
      const traced = await startTraced(kit, { respond: (_req, res) => void res.end() });
      await fetch(traced.gateway.url, { method: 'DELETE', headers: { 'mcp-session-id': 'abc' } });
      const { session } = await traced.observer.record();
      for (const kind of [SERVER, CLIENT] as const) {
        const [span] = traced.spans(kind);
        expect(span?.name).toBe('DELETE session');
        expect(span?.attributes).toEqual({ ...common(kind, traced), 'mcp.session.id': session });
        expect(span?.status).toEqual(OK);
      }
      expectNested(traced);
    });

    test('nothing that a message carries is in a span', async () => {
      const traced = await startTraced(kit, {
        respond: answer({ result: { content: [{ type: 'text', text: 's3cret' }] } }),
      });
      await traced.post(CALL, { authorization: 'Bearer s3cret', cookie: 'a=s3cret' });
      const all = traced.tracing.spans.map(({ name, attributes, status }) => [
        name,
        attributes,
        status,
      ]);
      expect(all.length).toBe(2);
      expect(JSON.stringify(all)).not.toContain('s3cret');
    });
  });
}

/** Each client span is below the server span of its message, and within its time. */
function expectNested(traced: TracedGateway): void {
  const servers = traced.spans(SERVER);
  expect(servers.length).toBeGreaterThan(0);
  for (const [i, client] of traced.spans(CLIENT).entries()) {
    const server = servers[i] as ExportedSpan;
    expect(client.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
    expect(client.spanContext().traceId).toBe(server.spanContext().traceId);
    expect(msOf(client.startTime)).toBeGreaterThanOrEqual(msOf(server.startTime));
  }
}

function msOf([seconds, nanos]: readonly [number, number]): number {
  return seconds * 1000 + nanos / 1e6;
}

function expectError(
  traced: TracedGateway,
  kind: typeof SERVER | typeof CLIENT,
  attributes: object,
): void {
  const [span] = traced.spans(kind);
  expect(span?.attributes).toEqual({ ...TOOL, ...common(kind, traced), ...attributes });
  expect(span?.status).toEqual(ERROR);
}

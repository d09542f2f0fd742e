import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { callTool, connect, progress, type SeenHead, serverWith, startMcp } from './support/mcp.ts';
import { SessionEvents } from './support/session-events.ts';

const MODERN = { pin: '2026-07-28' } as const;

/** A place where everybody waits until `size` are there. */
function meetingOf(size: number): () => Promise<void> {
  let waiting: (() => void)[] = [];
  return () =>
    new Promise((go) => {
      waiting.push(go);
      if (waiting.length < size) return;
      for (const goOn of waiting) goOn();
      waiting = [];
    });
}

describe('the era is a property of each request', () => {
  test('clients of both eras are in flight on one mount, each in its own', async () => {
    const meeting = meetingOf(6);
    const { gateway, seen } = await startMcp(() =>
      serverWith('meet', async (ctx) => {
        await progress(ctx, 1);
        await meeting();
        return ctx.sessionId ?? 'no session';
      }),
    );
    const modes = ['legacy', MODERN, 'legacy', MODERN, 'legacy', MODERN] as const;
    const clients = await Promise.all(modes.map((mode) => connect(gateway.url, mode)));
    expect(clients.map(({ client }) => client.getProtocolEra())).toEqual(
      modes.map((mode) => (mode === 'legacy' ? 'legacy' : 'modern')),
    );

    // No call of a round is answered before all of them are at the server.
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(clients.map(({ client }) => callTool(client, 'meet')));
      expect(answers).toEqual(clients.map(({ transport }) => transport.sessionId ?? 'no session'));
    }

    const sessions = new Set(clients.map(({ transport }) => transport.sessionId));
    expect(sessions.size).toBe(1 + 3);
    const modern = seen.filter(({ headers }) => headers['mcp-protocol-version'] === MODERN.pin);
    expect(modern.map(({ headers }) => headers['mcp-session-id'])).toEqual(
      Array.from({ length: 3 * (1 + 3) }, () => undefined),
    );
  });

  test('a client that negotiates by itself stays modern', async () => {
    const { gateway } = await startMcp();
    const { client } = await connect(gateway.url, 'auto');
    expect(client.getProtocolEra()).toBe('modern');
  });
});

describe('sessions work as without the gateway', () => {
  test('the id goes both ways, the GET stream speaks, DELETE ends it, then it is gone', async () => {
    const { gateway, upstream, seen } = await startMcp();
    const toolsChanged = Promise.withResolvers<void>();
    const streamEnded = Promise.withResolvers<void>();
    const { transport, exchanges, answered, errors } = await connect(
      gateway.url,
      'legacy',
      { reconnectionScheduler: () => streamEnded.resolve() },
      {
        listChanged: {
          tools: { autoRefresh: false, debounceMs: 0, onChanged: () => toolsChanged.resolve() },
        },
      },
    );
    const session = transport.sessionId as string;
    expect(exchanges[0]?.answer.headers.get('mcp-session-id')).toBe(session);

    await answered('GET');
    upstream.announceTools();
    await toolsChanged.promise;

    await transport.terminateSession();
    await streamEnded.promise;
    expect(errors).toEqual([]);
    const withoutSession = { method: 'POST', id: undefined };
    expect(seen.map(({ method, headers }) => ({ method, id: headers['mcp-session-id'] }))).toEqual([
      withoutSession,
      { method: 'POST', id: session },
      { method: 'GET', id: session },
      { method: 'DELETE', id: session },
    ]);

    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await fetch(gateway.url, {
        method,
        headers: {
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          'mcp-session-id': session,
        },
        ...(method === 'POST' && { body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' }),
      });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toHaveProperty('error.message', 'No such session');
    }
  });
});

describe('a stream is resumed as without the gateway', () => {
  test.each(['the server closes the stream', 'the connection breaks'])(
    'the rest of a call comes by GET with Last-Event-ID after %s',
    async (what) => {
      const store = new SessionEvents();
      const resumed = Promise.withResolvers<void>();
      const { gateway, sees } = await startMcp(
        () =>
          serverWith('work', async (ctx) => {
            await progress(ctx, 1);
            if (what === 'the server closes the stream') ctx.http?.closeSSE?.();
            await resumed.promise;
            await progress(ctx, 2);
            return 'done';
          }),
        () => ({ eventStore: store, retryInterval: 1 }),
      );
      const { client } = await connect(gateway.url, 'legacy');

      const steps: number[] = [];
      const call = callTool(client, 'work', {
        onprogress: ({ progress: step }) => {
          steps.push(step);
          if (step === 1 && what === 'the connection breaks') gateway.server.closeAllConnections();
        },
      });
      const { method, headers } = await sees((head) => 'last-event-id' in head.headers);
      expect(method).toBe('GET');
      expect(headers['last-event-id']).toBe(store.idOf('notifications/progress'));
      expect(steps).toEqual([1]);

      resumed.resolve();
      expect(await call).toBe('done');
      expect(steps).toEqual([1, 2]);
    },
  );
});

describe('what the client said in headers is what a real server reads', () => {
  const NAMES = [
    'accept',
    'content-type',
    'mcp-method',
    'mcp-name',
    'mcp-param-region',
    'mcp-protocol-version',
    'mcp-session-id',
  ];

  test.each([
    { era: 'legacy', mode: 'legacy', unused: ['mcp-method', 'mcp-name', 'mcp-param-region'] },
    { era: 'modern', mode: MODERN, unused: ['mcp-session-id'] },
  ] as const)('$era', async ({ mode, unused }) => {
    const { gateway, arrived, seen } = await startMcp(() => {
      const server = new McpServer({ name: 'headers', version: '1.0.0' });
      // Neither value fits into a header as it is: they travel encoded, and the SDK compares them
      // with the body.
      const region = z.string().meta({ 'x-mcp-header': 'Region' });
      server.registerTool('locate', { inputSchema: z.object({ region }) }, (args) => ({
        content: [{ type: 'text', text: args.region }],
      }));
      server.registerResource('size', new URL('test://größe').href, {}, () => ({
        contents: [{ uri: 'test://größe', text: '42' }],
      }));
      return server;
    });
    const { client, transport, answered } = await connect(gateway.url, mode);
    await client.listTools();
    const { content } = await client.callTool({ name: 'locate', arguments: { region: 'Zürich' } });
    expect(content).toEqual([{ type: 'text', text: 'Zürich' }]);
    const { contents } = await client.readResource({ uri: 'test://größe' });
    expect(contents).toEqual([{ uri: 'test://größe', text: '42' }]);
    if (mode === 'legacy') await answered('GET');
    await transport.terminateSession();

    const said = (heads: readonly SeenHead[]) =>
      heads.map(({ method, headers }) => [method, ...NAMES.map((name) => headers[name])]);
    expect(said(seen)).toEqual(expect.arrayContaining(said(arrived)));
    expect(seen).toHaveLength(arrived.length);
    const used = NAMES.filter((name) => seen.some(({ headers }) => headers[name] !== undefined));
    expect(new Set([...used, ...unused])).toEqual(new Set(NAMES));
    expect(used.length + unused.length).toBe(NAMES.length);
  });
});

describe('a client that cancels reaches the tool', () => {
  test.each([
    { era: 'modern', mode: MODERN, when: 'before the head', streams: false, messages: 0 },
    { era: 'modern', mode: MODERN, when: 'in the stream', streams: true, messages: 0 },
    { era: 'legacy', mode: 'legacy', when: 'in the stream', streams: true, messages: 1 },
  ] as const)('$era, $when: its signal aborts', async ({ mode, streams, messages }) => {
    const tool = new EventEmitter();
    const { gateway, seen } = await startMcp(() =>
      serverWith('hang', async (ctx) => {
        const aborted = once(ctx.mcpReq.signal, 'abort');
        if (streams) await progress(ctx, 1);
        else tool.emit('running');
        await aborted;
        tool.emit('aborted');
        return 'too late';
      }),
    );
    const { client } = await connect(gateway.url, mode);
    const running = once(tool, 'running');
    const aborted = once(tool, 'aborted');
    const cancellation = new AbortController();
    const call = callTool(client, 'hang', {
      signal: cancellation.signal,
      onprogress: () => tool.emit('running'),
    });
    await running;

    const before = seen.length;
    cancellation.abort();
    await expect(call).rejects.toThrow();
    await aborted;
    // The modern era says it by closing the stream, the legacy one with a message.
    expect(seen.length - before).toBe(messages);
    expect(gateway.errors).toEqual([]);
  });
});

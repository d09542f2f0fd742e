import assert from 'node:assert/strict';
import {
  Client,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import { type Call, timedFetch } from './timed-fetch.ts';

/** What an agent does at an MCP endpoint, with the official client; gives its HTTP calls. */
export async function runAgent(
  url: URL,
  mode: VersionNegotiationMode,
  changeTools: () => void,
): Promise<Call[]> {
  const listening = Promise.withResolvers<void>();
  const toolsChanged = Promise.withResolvers<void>();
  const { fetch, calls } = timedFetch((name) => {
    if (name === 'GET event stream' || name === 'POST subscriptions/listen') listening.resolve();
  });
  const client = new Client(AGENT, {
    versionNegotiation: { mode },
    listChanged: {
      tools: { autoRefresh: false, debounceMs: 0, onChanged: () => toolsChanged.resolve() },
    },
  });
  const transport = new StreamableHTTPClientTransport(url, { fetch });

  await client.connect(transport);
  await client.listTools();

  const sum = await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } });
  assert.deepEqual(sum.content, [{ type: 'text', text: '5' }]);

  const steps: number[] = [];
  await client.callTool(
    { name: 'countdown', arguments: { from: 3 } },
    { onprogress: ({ progress }) => steps.push(progress) },
  );
  assert.deepEqual(steps, [1, 2, 3]);

  await listening.promise;
  changeTools();
  await toolsChanged.promise;

  const { sessionId } = transport;
  await transport.terminateSession();
  await client.close();
  if (sessionId !== undefined) await assertGone(url, sessionId, fetch);
  return Promise.all(calls);
}

const AGENT = { name: 'demo-agent', version: '1.0.0' };

/** A session that was ended has to be unknown from then on. */
async function assertGone(url: URL, sessionId: string, fetch: typeof globalThis.fetch) {
  const client = new Client(AGENT);
  await client.connect(new StreamableHTTPClientTransport(url, { sessionId, fetch }));
  await assert.rejects(client.ping(), { status: 404 });
  await client.close();
}

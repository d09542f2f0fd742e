import assert from 'node:assert/strict';
import {
  Client,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';

/** What an agent does at an MCP endpoint, with the official client. */
export async function runAgent(
  url: URL,
  mode: VersionNegotiationMode,
  changeTools: () => void,
): Promise<void> {
  const listening = Promise.withResolvers<void>();
  const toolsChanged = Promise.withResolvers<void>();
  const client = new Client(AGENT, {
    versionNegotiation: { mode },
    listChanged: {
      tools: { autoRefresh: false, debounceMs: 0, onChanged: () => toolsChanged.resolve() },
    },
  });
  const transport = new StreamableHTTPClientTransport(url, {
    async fetch(input, init) {
      const answer = await fetch(input, init);
      if (isSubscription(init)) listening.resolve();
      return answer;
    },
  });

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

  await assert.rejects(client.callTool({ name: 'wipe' }), /not allowed through this gateway/);

  await listening.promise;
  changeTools();
  await toolsChanged.promise;

  const { sessionId } = transport;
  await transport.terminateSession();
  await client.close();
  if (sessionId !== undefined) await assertGone(url, sessionId);
}

const AGENT = { name: 'demo-agent', version: '1.0.0' };

/** Whether a request opens the stream for notifications of changes: a GET, or in the later era a POST. */
function isSubscription({ method, body }: RequestInit = {}): boolean {
  return method === 'GET' || String(body).includes('"subscriptions/listen"');
}

/** A session that was ended has to be unknown from then on. */
async function assertGone(url: URL, sessionId: string) {
  const client = new Client(AGENT);
  await client.connect(new StreamableHTTPClientTransport(url, { sessionId }));
  await assert.rejects(client.ping(), { status: 404 });
  await client.close();
}

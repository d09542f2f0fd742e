import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { runAuthorizedClient } from './authorized-client.ts';
import { SCENARIOS } from './scenarios.ts';

/** Runs the suite's current scenario as a client, against the server at `url`. */
export async function runClient(url: string): Promise<void> {
  const { MCP_CONFORMANCE_SCENARIO: name = '', MCP_CONFORMANCE_PROTOCOL_VERSION: version } =
    process.env;
  if (name.startsWith('auth/')) return runAuthorizedClient(name, url);
  const perform = SCENARIOS[name];
  if (perform === undefined) throw new Error(`No client for the scenario ${name}`);

  const client = new Client(
    { name: 'conformance-client', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: { applyDefaults: true } } },
      versionNegotiation: { mode: version === '2026-07-28' ? 'auto' : 'legacy' },
    },
  );
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: {} }));
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  await perform(client);
  await client.close();
}

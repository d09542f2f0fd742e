import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** The official client, connected in the later era of the protocol. */
export async function connect(url: URL, headers: Record<string, string> = {}): Promise<Client> {
  const client = new Client(
    { name: 'demo-agent', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

/** An agent that keeps a note in its session every second, until Ctrl-C: `node agent.ts URL`. */
import { setTimeout } from 'node:timers/promises';
import { Client, SdkHttpError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const url = new URL(process.argv[2] ?? 'http://127.0.0.1:8080/mcp');

/** The gateways of the last answers, as nginx names them. */
const gateways: (string | null)[] = [];

async function connect(): Promise<Client> {
  const client = new Client({ name: 'scale-out-agent', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(url, {
    async fetch(input, init) {
      const answer = await fetch(input, init);
      gateways.push(answer.headers.get('x-gateway'));
      return answer;
    },
  });
  await client.connect(transport);
  return client;
}

async function call(client: Client, name: string, args = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: args });
  const [first] = content;
  return first?.type === 'text' ? first.text : '';
}

let client: Client | undefined;
for (let note = 1; ; note++) {
  gateways.length = 0;
  try {
    client ??= await connect();
    const place = await call(client, 'where');
    const notes = (await call(client, 'note', { note: String(note) })).split(', ');
    console.log(`${place} has ${notes.length} notes of mine; through ${gateways.join(' and ')}`);
  } catch (error) {
    console.log(String(error));
    // As the protocol says: the session is gone, so the agent begins a new one.
    if (error instanceof SdkHttpError && error.status === 404) client = undefined;
  }
  await setTimeout(1_000);
}

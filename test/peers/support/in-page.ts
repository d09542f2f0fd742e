import {
  Client,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';

/** What a page lets the test do, in the page. */
export interface InPage {
  converse(use: ClientUse): Promise<Conversation>;
  mirror(use: ClientUse): Promise<unknown>;
  request(url: string, init: PageRequest): Promise<Outcome>;
}

export interface ClientUse {
  readonly url: string;
  readonly mode: VersionNegotiationMode;
  readonly headers?: Fields;
}

export interface PageRequest {
  readonly method: string;
  readonly headers?: Fields;
  readonly body?: string;
  readonly mode?: 'cors' | 'no-cors';
}

export interface Conversation {
  readonly era: string | undefined;
  readonly hasSession: boolean;
  readonly tools: readonly string[];
  readonly steps: readonly number[];
  readonly result: unknown;
  readonly changed: readonly string[] | undefined;
}

/** An answer as far as a page may see it, or the name of the error it gets instead. */
export type Outcome =
  | {
      readonly type: string;
      readonly status: number;
      readonly text: string;
      readonly headers: Fields;
    }
  | { readonly error: string };

type Fields = Readonly<Record<string, string>>;

/** With a call that waits: it goes on only when its first step was heard of. */
async function converse({ url, mode, headers = {} }: ClientUse): Promise<Conversation> {
  const listening = Promise.withResolvers<void>();
  const stepped = Promise.withResolvers<void>();
  const changed = Promise.withResolvers<readonly string[] | undefined>();
  const steps: number[] = [];

  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    async fetch(input, init) {
      const answer = await fetch(input, init);
      if (init?.method === 'GET' && answer.ok) listening.resolve();
      return answer;
    },
  });
  const client = new Client(
    { name: 'page', version: '1.0.0' },
    {
      versionNegotiation: { mode },
      listChanged: {
        tools: {
          debounceMs: 0,
          onChanged: (error, tools) =>
            error === null
              ? changed.resolve(tools?.map(({ name }) => name))
              : changed.reject(error),
        },
      },
    },
  );
  await client.connect(transport);
  const { tools } = await client.listTools();
  const waiting = client.callTool(
    { name: 'wait' },
    {
      onprogress({ progress }) {
        steps.push(progress);
        stepped.resolve();
      },
    },
  );
  await Promise.race([stepped.promise, waiting]);
  await client.callTool({ name: 'go' });
  const { content } = await waiting;

  // In the modern era it listens when it is connected.
  if (client.getProtocolEra() === 'legacy') await listening.promise;
  await client.callTool({ name: 'test_trigger_tool_change' });
  const conversation = {
    era: client.getProtocolEra(),
    hasSession: transport.sessionId !== undefined,
    tools: tools.map(({ name }) => name),
    steps,
    result: content,
    changed: await changed.promise,
  };
  await transport.terminateSession();
  await client.close();
  return conversation;
}

/** In a page the SDK leaves it to its user to send a parameter as a header. */
async function mirror({ url, mode }: ClientUse): Promise<unknown> {
  const client = new Client({ name: 'page', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const { content } = await client.callTool(
    { name: 'test_mirrored_parameters', arguments: { region: 'eu' } },
    { headers: { 'Mcp-Param-Region': 'eu' } },
  );
  await client.close();
  return content;
}

async function request(url: string, init: PageRequest): Promise<Outcome> {
  try {
    const answer = await fetch(url, init);
    const { type, status, headers } = answer;
    return { type, status, text: await answer.text(), headers: Object.fromEntries(headers) };
  } catch (error) {
    return { error: error instanceof Error ? error.name : String(error) };
  }
}

Object.assign(globalThis, { inPage: { converse, mirror, request } satisfies InPage });

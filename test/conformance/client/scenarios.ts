import type { Client } from '@modelcontextprotocol/client';

/** The requests that a client has to make in each scenario, so that the suite can check them. */
export const SCENARIOS: Readonly<Record<string, (client: Client) => Promise<void>>> = {
  initialize: listTools,
  tools_call: (client) => call(client, 'add_numbers', { a: 5, b: 3 }),
  'elicitation-sep1034-client-defaults': callEveryTool,
  'sse-retry': callEveryTool,
  'request-metadata': listTools,
  'sep-2322-client-request-state': callEveryTool,
  'http-custom-headers': callAsTold,
  'http-invalid-tool-headers': callEveryTool,
  'http-standard-headers': useEverything,
  'json-schema-ref-no-deref': listTools,
  'json-schema-2020-12-preservation': echoSchema,
};

async function listTools(client: Client): Promise<void> {
  await client.listTools();
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  await client.callTool({ name, arguments: args });
}

/** Arguments with `region`, the only parameter that a tool of these scenarios requires. */
async function callEveryTool(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  for (const { name } of tools) {
    const called = call(client, name, { region: 'us-west1' });
    await (name === UNTYPED ? called.catch(() => {}) : called);
  }
}

/** Calls a tool whose result has no `resultType`; the SDK takes that for an error of the server. */
const UNTYPED = 'test_mrtr_no_result_type';

async function useEverything(client: Client): Promise<void> {
  await callEveryTool(client);
  const { resources } = await client.listResources();
  for (const { uri } of resources) await client.readResource({ uri });
  const { prompts } = await client.listPrompts();
  for (const { name } of prompts) await client.getPrompt({ name });
}

/** The suite names the calls. The list comes first, because it says which arguments go into headers. */
async function callAsTold(client: Client): Promise<void> {
  const { toolCalls } = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '') as {
    toolCalls: { name: string; arguments: Record<string, unknown> }[];
  };
  await client.listTools();
  for (const { name, arguments: args } of toolCalls) await call(client, name, args);
}

async function echoSchema(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema;
  await call(client, 'json_schema_echo', { schema });
}

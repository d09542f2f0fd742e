import { describe, expect, test } from '@jest/globals';
import { MODEL_ANSWER, USER_ANSWER } from './support/answers.ts';
import { CLIENTS } from './support/clients.ts';
import { everythingSse, mcpProxySse, sdkV1Sse, startOnce } from './support/servers.ts';
import { SSE_CLIENTS } from './support/sse-clients.ts';
import { BEHIND_PREFIX, startSseGateway, UNDER_PREFIX } from './support/sse-gateway.ts';
import { callTogether, callUntilTold } from './support/waiting-calls.ts';

describe('the older transport, server: server-everything', () => {
  const server = startOnce(everythingSse);

  describe.each(SSE_CLIENTS)('client: $name', ({ connect }) => {
    test.each([
      {
        tool: 'trigger-sampling-request',
        args: { prompt: 'Well?' },
        says: MODEL_ANSWER.content.text,
      },
      { tool: 'trigger-elicitation-request', args: {}, says: USER_ANSWER },
    ])('$tool: the question comes by the stream, the answer by a POST', async (question) => {
      const gateway = await startSseGateway(everythingSse, server(), BEHIND_PREFIX);
      const client = await connect(gateway.url);
      const posts = client.wire.urlsOf('POST').length;
      const result = await client.callTool({ name: question.tool, arguments: question.args });
      expect(JSON.stringify(result)).toContain(question.says);
      await client.wire.has('POST', posts + 2);
      expect(new Set(client.wire.lines.filter((line) => line.startsWith('POST')))).toEqual(
        new Set(['POST 202 -']),
      );
      expect(gateway.errors).toEqual([]);
    });
  });
});

describe.each([mcpProxySse, sdkV1Sse])('the older transport, server: $name', (kind) => {
  const server = startOnce(kind);

  test.each(SSE_CLIENTS)(
    'client: $name: hears of a step while the call waits',
    async ({ connect }) => {
      const gateway = await startSseGateway(kind, server(), UNDER_PREFIX);
      const client = await connect(gateway.url);
      const waited = await callUntilTold(client);
      expect(waited).toMatchObject({ content: [{ type: 'text', text: 'waited' }] });
      expect(gateway.errors).toEqual([]);
    },
  );

  test.each(SSE_CLIENTS)('client: $name: cancels a call by a message', async ({ connect }) => {
    const gateway = await startSseGateway(kind, server(), UNDER_PREFIX);
    const client = await connect(gateway.url);
    const printed = server().process.output.length;
    const cancellation = new AbortController();
    const call = client.callTool(
      { name: 'wait' },
      { onprogress: () => cancellation.abort(), signal: cancellation.signal },
    );
    await expect(call).rejects.toThrow();
    await server().process.prints(/cancelled/, printed);
    expect(gateway.errors).toEqual([]);
  });
});

describe('both transports', () => {
  const server = startOnce(mcpProxySse);

  test('clients of both are in a call at the same time, on one gateway', async () => {
    const gateway = await startSseGateway(mcpProxySse, server(), UNDER_PREFIX);
    const endpoint = `${gateway.origin}${UNDER_PREFIX.prefix}/mcp`;
    const clients = await Promise.all([
      ...SSE_CLIENTS.map(({ connect }) => connect(gateway.url)),
      ...CLIENTS.map(({ connect }) => connect(endpoint)),
    ]);

    for (const opener of clients) {
      const waited = { content: [{ type: 'text', text: 'waited' }] };
      expect(await callTogether(clients, opener)).toEqual(
        clients.map(() => expect.objectContaining(waited)),
      );
    }
    expect(gateway.errors).toEqual([]);
  });
});

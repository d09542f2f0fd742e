import { describe, expect, test } from '@jest/globals';
import { CLIENTS } from '../support/clients.ts';
import { sdkV2, startOnce } from '../support/servers.ts';
import { callUntilTold } from '../support/waiting-calls.ts';
import { FRAMEWORKS } from './frameworks.ts';

const server = startOnce(sdkV2);

describe.each(FRAMEWORKS)('$name', ({ listen }) => {
  test.each(CLIENTS)('client: $name: calls, and an answer is streamed', async ({ connect }) => {
    const client = await connect(`http://127.0.0.1:${await listen(server().url)}/mcp`);
    expect(await client.callTool({ name: 'test_simple_text' })).toMatchObject({
      content: [{ type: 'text', text: 'This is a simple text response for testing.' }],
    });

    const waited = await callUntilTold(client);
    expect(waited).toMatchObject({ content: [{ type: 'text', text: 'waited' }] });
  });

  test('a route behind the gateway gets its body', async () => {
    const order = { item: 'tea', amount: 2 };
    const answer = await fetch(`http://127.0.0.1:${await listen(server().url)}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
    expect(await answer.json()).toEqual(order);
  });
});

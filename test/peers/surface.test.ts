import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { clientsOf } from './support/clients.ts';
import { everything, mcpProxy, sdkV2, startOnce } from './support/servers.ts';
import { surfaceOf } from './support/surface.ts';

const ECHO = { call: { name: 'echo', arguments: { message: 'Grüße' } }, says: 'Echo: Grüße' };

const SERVERS = [
  {
    ...sdkV2,
    call: { name: 'test_simple_text' },
    says: 'This is a simple text response for testing.',
    prompt: 'test_simple_prompt',
  },
  { ...everything, ...ECHO, prompt: 'simple-prompt' },
  { ...mcpProxy, ...ECHO, prompt: 'simple-prompt' },
];

describe.each(SERVERS)('server: $name', (kind) => {
  const server = startOnce(kind);

  test.each(clientsOf(kind))(
    'client: $name: shakes hands, lists and calls as without the gateway',
    async ({ era, connect }) => {
      const gateway = await startGateway({ target: server().url });

      async function use(url: string) {
        const client = await connect(url);
        await client.listens();
        const surface = await surfaceOf(client, kind);
        await client.terminateSession();
        return { ...surface, wire: client.wire.lines.toSorted() };
      }

      const direct = await use(server().url);
      expect(direct.handshake).toMatchObject({ era });
      expect(direct.called).toMatchObject({ content: [{ type: 'text', text: kind.says }] });
      expect(await use(gateway.url)).toEqual(direct);
      expect(gateway.errors).toEqual([]);
    },
  );
});

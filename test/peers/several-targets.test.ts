import { beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { clientsOf } from './support/clients.ts';
import { type Server, sdkV2 } from './support/servers.ts';

const ELICITATION = { name: 'test_elicitation', arguments: { message: 'Well?' } };

describe('three servers on the SDK v2 behind one gateway', () => {
  let servers: Server[];

  beforeAll(async () => {
    servers = await Promise.all([sdkV2.start(), sdkV2.start(), sdkV2.start()]);
  });

  test.each(clientsOf(sdkV2))(
    'client: $name: calls, questions and the end of its session',
    async ({ era, connect }) => {
      const gateway = await startGateway({ target: servers.map(({ url }) => url) });
      // More than there are servers: some share one.
      for (let i = 0; i < 6; i++) {
        const client = await connect(gateway.url);
        await client.listens();
        const { tools } = await client.listTools();
        expect(tools.map(({ name }) => name)).toContain(ELICITATION.name);
        for (let call = 0; call < 3; call++) {
          expect(JSON.stringify(await client.callTool(ELICITATION))).toContain(
            'User response: action=accept',
          );
        }
        expect(client.sessionId === undefined).toBe(era === 'modern');
        if (era === 'legacy') {
          await client.terminateSession();
          expect(client.wire.lines).toContainEqual(expect.stringMatching(/^DELETE 200 /));
        }
      }
      expect(gateway.errors).toEqual([]);
    },
  );
});

import { describe, expect, test } from '@jest/globals';
import { everythingSse, mcpProxySse, sdkV1Sse, startOnce } from './support/servers.ts';
import { SSE_CLIENTS } from './support/sse-clients.ts';
import {
  AT_ROOT,
  BEHIND_PREFIX,
  relayBelow,
  type SsePlace,
  startSseGateway,
  UNDER_PARAMETER,
  UNDER_PREFIX,
} from './support/sse-gateway.ts';
import { surfaceOf } from './support/surface.ts';

const PLACES: readonly (SsePlace & { messagePath?: string })[] = [
  AT_ROOT,
  UNDER_PREFIX,
  UNDER_PARAMETER,
  BEHIND_PREFIX,
  { ...UNDER_PREFIX, name: 'under a prefix, with another path', messagePath: '/inbox/new' },
];

const ASKED = {
  prompt: 'simple-prompt',
  call: { name: 'echo', arguments: { message: 'Grüße' } },
};

/** The handshake is two, what it is asked six. */
const MESSAGES = 8;

describe.each([everythingSse, mcpProxySse, sdkV1Sse])(
  'the older transport, server: $name',
  (kind) => {
    const server = startOnce(kind);

    describe.each(SSE_CLIENTS)('client: $name', ({ connect }) => {
      async function use(url: string) {
        const client = await connect(url);
        const results = await surfaceOf(client, ASKED);
        // A result may overtake the 202 to its question.
        await client.wire.has('POST', MESSAGES);
        const posts = client.wire.urlsOf('POST').map(({ pathname }) => pathname);
        return { results, wire: client.wire.lines.toSorted(), posts };
      }

      test.each(PLACES)(
        '$name: shakes hands, lists and calls as without the gateway',
        async ({ messagePath = kind.messagePath, ...place }) => {
          const gateway = await startSseGateway(kind, server(), place, { messagePath });
          const direct = await use(server().url);
          expect(direct.results.called).toMatchObject({
            content: [{ type: 'text', text: 'Echo: Grüße' }],
          });
          expect(direct.wire).toHaveLength(1 + MESSAGES);
          expect(direct.posts).toEqual(Array(MESSAGES).fill(kind.messagePath));

          const through = await use(gateway.url);
          expect(through).toEqual({
            ...direct,
            posts: Array(MESSAGES).fill(gateway.messagePath),
          });
          expect(gateway.errors).toEqual([]);
        },
      );

      test('under a prefix, a relay that rewrites nothing loses every message', async () => {
        const port = await relayBelow('/tools', new URL(server().url).port);
        const url = `http://127.0.0.1:${port}/tools${kind.path}`;
        await expect(connect(url)).rejects.toThrow(/POST.*404/);
      });
    });
  },
);

import { describe, expect, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { serveRaw } from '../support/servers.ts';
import { startSmallPieces } from './support/small-pieces.ts';

const MB = 1024 * 1024;
const CLIENTS = 8;

/** A call whose name is long enough to be a part of the text that it was read from. */
function call(id: number): Buffer {
  const body = `{"jsonrpc":"2.0","id":"call number ${id} of the client","method":"tools/call","params":{"name":"a_tool_with_a_long_name",\
"_meta":{"progressToken":"a token that is long"},"arguments":{"path":"one of the short texts","source":"${'a line\\n'.repeat(MB / 16)}","text":"${'a'.repeat(MB / 2)}"}}}`;
  const head = `POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.from(head + body);
}

/** Its requests are relayed, and stay unanswered. */
async function silentUpstream(): Promise<string> {
  const { port } = await serveRaw((socket) => socket.resume());
  return `http://127.0.0.1:${port}/mcp`;
}

describe('a large body that was read is held once while it is relayed', () => {
  test.each(['policies', 'rateLimit by tool', 'a policy that sees arguments'])(
    '%s',
    async (kind) => {
      const child = await startSmallPieces(kind, await silentUpstream());
      (await rawClient(child.port)).send(call(0));
      const before = await child.settled();
      for (let i = 1; i <= CLIENTS; i += 1) (await rawClient(child.port)).send(call(i));
      const after = await child.settled();
      const received = after.received - before.received;
      expect(received).toBeGreaterThan(CLIENTS * MB);
      // Neither the text that was read from it, nor the pieces in which it came.
      expect(after.memory - before.memory).toBeLessThan(1.3 * received);
    },
  );
});

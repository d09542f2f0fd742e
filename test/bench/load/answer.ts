import type { Call } from './upstream.ts';

const result = {
  content: [{ type: 'text', text: `1. ${'The relay loses the last event. '.repeat(10)}` }],
  isError: false,
};

/** What the upstream answers to a call of a tool: 430 bytes of JSON. */
export const ANSWER: Buffer = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result }));

const begin = (session: string) =>
  Buffer.concat([
    Buffer.from(
      `HTTP/1.1 200 OK\r\ndate: ${new Date().toUTCString()}\r\n${session}content-type: application/json\r\ncontent-length: ${ANSWER.length}\r\n\r\n`,
    ),
    ANSWER,
  ]);

const plain = begin('');
let sessions = 0;

/** Answers at once. What has no session yet gets one. */
export function answer({ head, socket }: Call): void {
  if (/^mcp-session-id:/im.test(head)) {
    socket.write(plain);
    return;
  }
  sessions += 1;
  socket.write(begin(`mcp-session-id: session-${sessions}-of-the-bench\r\n`));
}

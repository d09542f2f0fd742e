import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { atTestEnd } from '../../support/servers.ts';

/** Posts the parts of a body, and gives the status of the answer. */
export type Poster = (
  parts: readonly Uint8Array[],
  headers?: Readonly<Record<string, string>>,
) => Promise<number>;

/** Posts over one connection that is kept; a body of several parts goes chunked. */
export function keepAlivePoster(port: number): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  atTestEnd(() => agent.destroy());
  return async (parts, headers = {}) => {
    const outgoing = request({
      port,
      agent,
      host: '127.0.0.1',
      path: '/mcp',
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
    });
    const [only, ...more] = parts;
    if (only === undefined || more.length === 0) outgoing.end(only);
    else {
      for (const part of parts) outgoing.write(part);
      outgoing.end();
    }
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    await buffer(answer);
    return answer.statusCode ?? 0;
  };
}

import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface Outgoing {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Default: a `ping` where the method is POST. */
  readonly body?: string;
}

export const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

/** One request on a connection of its own, with any `Host` and any header. */
export function send(port: number, outgoing: Outgoing = {}): Promise<Answer> {
  const { method = 'POST', path = '/mcp', headers = {}, body } = outgoing;
  const sent = body ?? (method === 'POST' ? PING : undefined);
  const type = sent === undefined ? {} : { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', method, path, agent: false };
    request({ ...options, headers: { ...type, ...headers } }, (res) => {
      const { statusCode = 0, rawHeaders } = res;
      text(res).then(
        (whole) => resolve({ status: statusCode, headers: res.headers, rawHeaders, body: whole }),
        reject,
      );
    })
      .once('error', reject)
      .end(sent);
  });
}

/** Its place in the error table. */
export function reasonOf({ body }: Answer): string {
  return JSON.parse(body).error.data.reason;
}

/** Every line of a field, as it came. */
export function linesOf({ rawHeaders }: Answer, name: string): string[] {
  const isName = (_: string, i: number) =>
    i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name.toLowerCase();
  return rawHeaders.filter(isName);
}

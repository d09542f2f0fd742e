import { EventEmitter, once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { serve } from './servers.ts';

/** A request for a token, as the endpoint got it. */
export interface TokenRequest {
  readonly fields: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** How many requests came before it. */
  readonly number: number;
}

export type TokenAnswer = (request: TokenRequest, res: ServerResponse) => void;

/** A token endpoint, until the test is over. */
export class TokenServer extends EventEmitter {
  readonly seen: TokenRequest[] = [];
  /** The function that answers requests from now on. */
  answer: TokenAnswer;
  url = '';

  constructor(answer: TokenAnswer) {
    super();
    this.answer = answer;
  }

  /** Waits until there were so many requests. */
  async asked(times: number): Promise<void> {
    while (this.seen.length < times) await once(this, 'asked');
  }

  readonly listener = (req: IncomingMessage, res: ServerResponse): void => {
    text(req).then(
      (body) => {
        const fields = new URLSearchParams(body);
        const request = { fields, headers: req.headers, number: this.seen.length };
        this.seen.push(request);
        this.answer(request, res);
        this.emit('asked');
      },
      () => {},
    );
  };
}

export async function tokenServer(answer: TokenAnswer = numbered()): Promise<TokenServer> {
  const server = new TokenServer(answer);
  const { port } = await serve(server.listener);
  server.url = `http://127.0.0.1:${port}/token`;
  return server;
}

/** Another token each time: `upstream-token-0`, `upstream-token-1`, ... */
export function numbered(more: object = { expires_in: 3600 }): TokenAnswer {
  return ({ number }, res) =>
    json(res, 200, { access_token: `upstream-token-${number}`, token_type: 'Bearer', ...more });
}

/** A failure as RFC 6749 section 5.2 has it. */
export function refusing(error: string, status = 400): TokenAnswer {
  return ({ fields }, res) =>
    json(res, status, {
      error,
      error_description: `No: ${fields}`,
      error_uri: 'https://x.example',
    });
}

export function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

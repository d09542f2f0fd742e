import type { IncomingMessage } from 'node:http';
import type { Engine, UpstreamExchange } from './engine.ts';

/** How long the upstream may take, and how much it may say. */
const TIMEOUT_MS = 5000;
const MAX_BYTES = 256 * 1024;

/** A short answer, read whole. */
export interface UpstreamDocument {
  readonly status: number;
  readonly body: Buffer;
}

/** Gets a document from the upstream on the gateway's own account; rejects where it fails to come. */
export function readUpstream(engine: Engine, path: string): Promise<UpstreamDocument> {
  return new Promise((resolve, reject) => {
    let exchange: UpstreamExchange | undefined;
    const fail = (error: Error) => {
      clearTimeout(deadline);
      exchange?.abort();
      reject(error);
    };
    const deadline = setTimeout(() => fail(new Error('The upstream did not answer')), TIMEOUT_MS);
    const onResponse = (answer: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('error', fail);
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MAX_BYTES) fail(new Error('The upstream said too much'));
      });
      answer.on('end', () => {
        clearTimeout(deadline);
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) });
      });
    };
    exchange = engine(
      {
        method: 'GET',
        path,
        fresh: false,
        headers: { Accept: 'application/json', 'Accept-Encoding': 'identity' },
        sendBody: (outgoing) => void outgoing.end(),
      },
      { onConnecting: ignore, onConnected: ignore, onResponse, onError: fail },
    );
  });
}

function ignore(): void {}

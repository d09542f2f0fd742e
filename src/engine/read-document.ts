import { type ErrorReason, GatewayError } from '../errors.ts';
import { HeldBytes } from '../http/held-bytes.ts';
import type { Engine, UpstreamExchange } from './engine.ts';
import { NO_BODY, UNTIL_ANSWERED } from './own-request.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';
import { REASON_OF } from './upstream-failure.ts';

/** How long the upstream may take, and how many bytes it may send. */
const TIMEOUT_MS = 5000;
const MAX_BYTES = 256 * 1024;

/** A short answer, read whole. */
export interface UpstreamDocument {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * Gets a document from the upstream on the gateway's own account, with `via` in the field `Via`; rejects with
 * a `GatewayError` where the document does not come.
 */
export function readUpstream(engine: Engine, path: string, via: string): Promise<UpstreamDocument> {
  return new Promise((resolve, reject) => {
    let exchange: UpstreamExchange | undefined;
    const refuse = (reason: ErrorReason, cause: Error) => {
      clearTimeout(deadline);
      exchange?.abort();
      reject(new GatewayError(reason, cause));
    };
    const deadline = setTimeout(() => {
      refuse('upstream_timeout', new Error(`No document came in ${TIMEOUT_MS} ms`));
    }, TIMEOUT_MS);
    const onAnswer = ({ status, body }: UpstreamAnswer) => {
      const held = new HeldBytes(MAX_BYTES);
      body.on('data', (chunk: Buffer) => {
        if (held.length + chunk.length <= MAX_BYTES) held.push(chunk);
        else refuse('upstream_invalid', new Error('The upstream said too much'));
      });
      body.on('end', () => {
        clearTimeout(deadline);
        resolve({ status, body: held.take() });
      });
    };
    exchange = engine(
      {
        method: 'GET',
        path,
        // A connection that was kept alive may be closing, and there is no second try.
        fresh: true,
        headers: { Accept: 'application/json', 'Accept-Encoding': 'identity', Via: via },
        body: NO_BODY,
      },
      {
        ...UNTIL_ANSWERED,
        onAnswer,
        onFailure: ({ kind, cause }) => refuse(REASON_OF[kind], cause),
      },
    );
  });
}

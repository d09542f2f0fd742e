import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { startGateway, type TestGateway } from '../../support/gateway.ts';

export interface WatchedGateway extends TestGateway {
  /** What reached the gateway, in order. */
  readonly seen: readonly IncomingMessage[];
  /** Waits for a request that satisfies `isIt` to reach the gateway. */
  sees(isIt: (req: IncomingMessage) => boolean): Promise<void>;
}

/** A gateway before `target` until the test is over, and what reaches it. */
export async function watchedGateway(target: string): Promise<WatchedGateway> {
  const seen: IncomingMessage[] = [];
  const arrivals = new EventEmitter();
  const gateway = await startGateway({ target }, (app) => {
    app.use((req, _res, next) => {
      seen.push(req);
      next();
      arrivals.emit('request');
    });
  });
  return {
    ...gateway,
    seen,
    async sees(isIt) {
      while (!seen.some(isIt)) await once(arrivals, 'request');
    },
  };
}

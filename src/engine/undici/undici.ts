import type { Engine } from '../engine.ts';
import type { Network } from '../network/network.ts';
import { UndiciExchange } from './undici-exchange.ts';
import { upstreamAt } from './undici-upstream.ts';

/** Sends requests to `target` with undici, over `network`. */
export function undiciEngine(target: URL, network: Network): Engine {
  const upstream = upstreamAt(target, network);
  return (request, listener) => {
    const exchange = new UndiciExchange(upstream, request, listener);
    exchange.start();
    return exchange;
  };
}

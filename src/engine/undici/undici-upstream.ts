import type { Network } from '../network/network.ts';
import { type Way, wayTo } from '../network/way.ts';
import { type Connections, connectionsTo } from './connections.ts';

/** What requests need to know of one target. */
export interface UndiciUpstream extends Way {
  readonly connections: Connections;
}

/** What requests to `target` over `network` need to know. */
export function upstreamAt(target: URL, network: Network): UndiciUpstream {
  const way = wayTo(target, network);
  return { ...way, connections: connectionsTo(target, network, way.servername) };
}

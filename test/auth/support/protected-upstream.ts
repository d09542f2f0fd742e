import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayConfig } from '../../../src/index.ts';
import { upstreamAuth } from '../../../src/index.ts';
import type { Answer } from '../../support/client/answer.ts';
import { send } from '../../support/client/send.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { type RecordingUpstream, recordingUpstream } from '../../support/upstream.ts';

export const PUBLIC = 'https://gateway.example/mcp';
export const WELL_KNOWN = '/.well-known/oauth-protected-resource';
/** Where the gateway's own document is. */
export const METADATA: string = `https://gateway.example${WELL_KNOWN}/mcp`;

type Respond = (req: IncomingMessage, res: ServerResponse) => void;

export interface ProtectedUpstream {
  readonly upstream: RecordingUpstream;
  readonly gateway: TestGateway;
  /** The upstream's origin. */
  readonly origin: string;
  /** The gateway's document, whatever came of it. */
  metadata(): Promise<Answer>;
  /** The paths of the upstream that were asked for since the beginning. */
  paths(): string[];
}

/**
 * An upstream that answers at these paths, and 404 elsewhere, behind a gateway that leaves
 * authentication to it. Its endpoint is `/up/mcp`.
 */
export async function protectedUpstream(
  routes: Record<string, Respond>,
  config: Partial<GatewayConfig> = {},
): Promise<ProtectedUpstream> {
  const upstream = await recordingUpstream((req, res) => {
    const respond = routes[req.url ?? ''];
    if (respond === undefined) res.writeHead(404).end('{}');
    else respond(req, res);
  });
  const { origin } = new URL(upstream.target as string);
  const target = `${origin}/up/mcp`;
  const gateway = await startGateway({
    target,
    publicUrl: PUBLIC,
    auth: upstreamAuth(),
    ...config,
  });
  return {
    upstream,
    gateway,
    origin,
    metadata: () => send(gateway.port, { method: 'GET', path: `${WELL_KNOWN}/mcp` }),
    paths: () => upstream.seen.map(({ url }) => url),
  };
}

/** Answers a document. */
export function document(value: unknown): Respond {
  return (_req, res) => {
    res.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
  };
}

/** Answers 401 with these challenges. */
export function challenge(...values: string[]): Respond {
  return (_req, res) => {
    res.setHeader('WWW-Authenticate', values).writeHead(401).end('{}');
  };
}

import type { Request } from 'express';
import type { GatewayConfig } from './config.ts';

/**
 * Where something goes by the address of the client, an app that believes every proxy, or not the one
 * in front of it, makes it worthless; says so once.
 */
export function trustWarning(config: GatewayConfig): (req: Request) => void {
  const goesByAddress = [config.ipFilter, config.rateLimit, config.streams].some(Boolean);
  let hasWarned = !goesByAddress;
  return function warnOfTrust(req) {
    if (hasWarned) return;
    const problem = problemWith(req.app.get('trust proxy'), req);
    if (problem === undefined) return;
    hasWarned = true;
    process.emitWarning(
      `${problem}. Set the app's 'trust proxy' to the number of proxies in front of it.`,
      { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_TRUST_PROXY' },
    );
  };
}

function problemWith(trusted: unknown, { headers }: Request): string | undefined {
  if (trusted === true) {
    return "With 'trust proxy' set to true, clients choose the address that the gateway takes them by";
  }
  if (trusted === false && headers['x-forwarded-for'] !== undefined) {
    return 'A request came through a proxy that is not trusted: all behind it have one address';
  }
  return undefined;
}

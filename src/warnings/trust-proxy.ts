import type { Request } from 'express';

/**
 * Warns once where a slot uses the address of the client, and the app believes every proxy, or does not
 * believe the one in front of it. That makes the address worthless.
 */
export function trustWarning(goesByAddress: boolean): (req: Request) => void {
  let isQuiet = !goesByAddress;
  return function warnOfTrust(req) {
    if (isQuiet) return;
    const problem = problemWith(req.app?.get?.('trust proxy'), req);
    if (problem === undefined) return;
    isQuiet = true;
    process.emitWarning(problem, { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_TRUST_PROXY' });
  };
}

const NUMBER = "set the app's 'trust proxy' to the number of proxies in front of it";

function problemWith(trusted: unknown, { headers }: Request): string | undefined {
  if (trusted === true) {
    return `With 'trust proxy' set to true, clients choose the address that they are taken by: ${NUMBER}.`;
  }
  // Any client can send this field, so that it proves nothing.
  if (trusted === false && headers['x-forwarded-for'] !== undefined) {
    return (
      'A request has X-Forwarded-For, which is not believed. If a proxy has written it, all behind ' +
      `that have one address: ${NUMBER}. If nothing is in front, leave it as it is.`
    );
  }
  return undefined;
}

import type { Request } from 'express';

/**
 * Where something goes by the address of the client, an app that believes every proxy, or not the one
 * in front of it, makes it worthless; says so once.
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
  // Anybody can write this, so that it proves nothing.
  if (trusted === false && headers['x-forwarded-for'] !== undefined) {
    return (
      'A request has X-Forwarded-For, which is not believed. If a proxy has written it, all behind ' +
      `that have one address: ${NUMBER}. If nothing is in front, leave it as it is.`
    );
  }
  return undefined;
}

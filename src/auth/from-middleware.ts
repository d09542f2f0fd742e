import { type IncomingMessage, ServerResponse } from 'node:http';
import type { AuthenticationScheme, Identification } from './authenticator.ts';
import type { Principal } from './principal.ts';
import { checked } from './read-authenticators.ts';

/** A middleware of a framework or library, whatever types of request it has. */
// biome-ignore lint/suspicious/noExplicitAny: see above.
export type AuthMiddleware = (req: any, res: any, next: (error?: unknown) => void) => unknown;

/**
 * Takes a middleware that knows who a request comes from: passport, express-oauth2-jwt-bearer, the
 * MCP SDK's `requireBearerAuth`. It lets the request pass by calling `next`; when it answers
 * instead, or reports a 401 or 403, the gateway refuses the request with an answer of its own.
 *
 * @param middleware - What checks the credentials in `Authorization`.
 * @param toPrincipal - Finds what the middleware left on the request; `null` for nobody.
 */
export function fromMiddleware(
  middleware: AuthMiddleware,
  // biome-ignore lint/suspicious/noExplicitAny: each library leaves something else on the request.
  toPrincipal: (req: any) => Principal | null | Promise<Principal | null>,
): AuthenticationScheme {
  return {
    header: 'authorization',
    issuers: [],
    scopes: [],
    async identify(req, res) {
      const isPassed = await passes(middleware, req, res);
      const principal = isPassed ? await toPrincipal(req) : null;
      if (principal !== null) return { outcome: 'accepted', principal: checked(principal) };
      return refusalOf(req);
    },
  };
}

function refusalOf({ headers }: IncomingMessage): Identification {
  return { outcome: headers.authorization === undefined ? 'absent' : 'refused' };
}

/** Whether it calls `next`. What it would answer goes nowhere: another authenticator may accept. */
function passes(
  middleware: AuthMiddleware,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const own = answerToNobody(req, res);
    own.once('finish', () => settleByStatus(own.statusCode, resolve, reject));
    const next = (error?: unknown) => {
      if (error === undefined || error === null) resolve(true);
      else settleByStatus(statusOf(error), resolve, () => reject(error));
    };
    Promise.resolve(middleware(req, own, next)).catch(reject);
  });
}

function settleByStatus(
  status: number | undefined,
  resolve: (isPassed: boolean) => void,
  reject: (error: Error) => void,
): void {
  if (status === 401 || status === 403) resolve(false);
  else reject(new Error(`The authenticating middleware answered ${status}`));
}

function statusOf(error: unknown): number | undefined {
  const { status, statusCode } = error as { status?: number; statusCode?: number };
  return status ?? statusCode;
}

/** Of the same kind as the real one, so that what a framework adds to answers is there. */
function answerToNobody(req: IncomingMessage, res: ServerResponse): ServerResponse {
  const own = Object.setPrototypeOf(new ServerResponse(req), Object.getPrototypeOf(res));
  return Object.assign(own, { app: Reflect.get(res, 'app'), req, locals: {} });
}

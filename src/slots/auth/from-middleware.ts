import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { nodeHttp } from '../../lib/built-in.ts';
import { noop } from '../../lib/noop.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { plain } from '../../lib/plain-error.ts';
import { isScope } from '../../oauth/scope.ts';
import { checkConfig } from '../../options/config-problems.ts';
import { isFactory } from '../../options/factories.ts';
import type { Principal } from '../../principal.ts';
import type { AuthenticationScheme, Identification } from './authenticator.ts';
import { bearerTokenOf } from './bearer-token.ts';
import { checked } from './read-authenticators.ts';

/** A middleware of a framework or library, for any type of request. */
// biome-ignore lint/suspicious/noExplicitAny: see above.
export type AuthMiddleware = (req: any, res: any, next: (error?: unknown) => void) => unknown;

/** What clients are told of the tokens that the middleware takes. */
export interface FromMiddlewareOptions {
  /** Their issuers, for the metadata and the challenge; then `publicUrl` is needed. Default: none. */
  readonly issuers?: readonly string[];
  /** The scopes that every request needs. Default: none. */
  readonly scopes?: readonly string[];
}

/**
 * Takes a middleware that knows who a request comes from: passport, express-oauth2-jwt-bearer, the
 * MCP SDK's `requireBearerAuth`. It lets the request pass by calling `next`; when it answers 400, 401
 * or 403 instead, or reports one of them, the gateway refuses the request with an answer of its own,
 * which names the scopes that the middleware asks for with `insufficient_scope` (RFC 6750 section 3.1).
 *
 * @param middleware - What checks the credentials in `Authorization`.
 * @param toPrincipal - Finds what the middleware left on the request; `null` where there is no user.
 * @param options - See {@link FromMiddlewareOptions}.
 * @returns An authenticator for `auth` or `requireAuth`.
 * @throws {GatewayConfigError} where one of the two is no function.
 *
 * @example From `examples/existing-auth.ts`:
 * ```ts
 * const withPassport = fromMiddleware(
 *   passport.authenticate('bearer', { session: false }),
 *   (req) => req.user,
 * );
 * ```
 */
export function fromMiddleware(
  middleware: AuthMiddleware,
  // biome-ignore lint/suspicious/noExplicitAny: each library leaves something else on the request.
  toPrincipal: (req: any) => Principal | null | Promise<Principal | null>,
  { issuers = [], scopes = [] }: FromMiddlewareOptions = {},
): AuthenticationScheme {
  checkConfig('fromMiddleware', (problems) => {
    problems.at('middleware').callback(middleware);
    problems.at('toPrincipal').callback(toPrincipal);
  });
  return {
    kind: 'fromMiddleware',
    header: 'authorization',
    issuers,
    scopes,
    async identify(req, res) {
      const restore = routingOf(req);
      const refusal = await refusalBy(middleware, req, res).finally(restore);
      if (refusal?.outcome === 'forbidden') {
        // A client without credentials is told where to log in, even if the middleware calls that forbidden.
        return refusal.scopes === undefined && !hasCredentials(req) ? refusalOf(req) : refusal;
      }
      const principal = refusal === undefined ? await toPrincipal(req) : null;
      if (principal === null) return refusalOf(req);
      const byBearer = typeof bearerTokenOf(req) === 'object';
      return { outcome: 'accepted', principal: checked(principal), byBearer };
    },
  };
}

isFactory('fromMiddleware', fromMiddleware);

function hasCredentials({ headers }: IncomingMessage): boolean {
  return headers.authorization !== undefined;
}

function refusalOf(req: IncomingMessage): Identification {
  return { outcome: hasCredentials(req) ? 'refused' : 'absent' };
}

type Refusal = Extract<Identification, { outcome: 'refused' | 'forbidden' }>;

/**
 * How the middleware refuses; undefined where it calls `next`. Its own answer is not sent, because another
 * authenticator may accept.
 */
function refusalBy(
  middleware: AuthMiddleware,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<Refusal | undefined> {
  return new Promise((resolve, reject) => {
    const own = answerToNobody(req, res);
    const settle = ({ status, challenge }: Refused, error?: unknown) => {
      const refusal = readRefusal(status, challenge);
      if (refusal !== undefined) resolve(refusal);
      else reject(error ?? plain(new Error(`The authenticating middleware answered ${status}`)));
    };
    const settleAsAnswered = () =>
      settle({ status: own.statusCode, challenge: own.getHeader('WWW-Authenticate') });
    own.once('finish', settleAsAnswered);
    const next = (error?: unknown) => {
      // A `return` that was forgotten behind a refusal must not turn it into an acceptance.
      if (own.headersSent) settleAsAnswered();
      else if (error === undefined || error === null) resolve(undefined);
      else {
        notAwaited(error);
        settle(refusedBy(error), error);
      }
    };
    const fail = (error: unknown) => next(error ?? plain(new Error('The middleware failed')));
    new Promise((settled) => settled(middleware(req, own, next))).catch(fail);
  });
}

/**
 * An app or a router in the slot changes `url` and other members of the request; the function that this gives
 * restores them.
 */
function routingOf(req: IncomingMessage): () => void {
  const prototype = Object.getPrototypeOf(req);
  const names = ['url', 'baseUrl', 'params', 'res'].filter((name) => Object.hasOwn(req, name));
  const values = names.map((name) => [name, Reflect.get(req, name)]);
  return () => {
    Object.setPrototypeOf(req, prototype);
    Object.assign(req, Object.fromEntries(values));
  };
}

/** What a refusal says, in an answer or in an error. */
interface Refused {
  readonly status: number | undefined;
  /** `WWW-Authenticate`. */
  readonly challenge: unknown;
}

function readRefusal(status: number | undefined, challenge: unknown): Refusal | undefined {
  // RFC 6750 section 3.1 answers 400 to a malformed Authorization.
  if (status === 400 || status === 401) return { outcome: 'refused' };
  if (status !== 403) return undefined;
  const text = String(challenge);
  if (!/\berror="?insufficient_scope\b/i.test(text)) return { outcome: 'forbidden' };
  const [, scopes = ''] = /\bscope="([^"]*)"/i.exec(text) ?? [];
  return { outcome: 'forbidden', scopes: scopes.split(' ').filter(isScope) };
}

function refusedBy(error: unknown): Refused {
  const { status, statusCode, headers } = error as {
    status?: number;
    statusCode?: number;
    headers?: Record<string, unknown>;
  };
  const challenges = Object.entries(headers ?? {}).filter(
    ([name]) => name.toLowerCase() === 'www-authenticate',
  );
  return { status: status ?? statusCode, challenge: challenges.map(([, value]) => value) };
}

/**
 * An answer that is not sent. It has the prototype of the real one, so that the members that a framework adds
 * to answers are there.
 */
function answerToNobody(req: IncomingMessage, res: ServerResponse): ServerResponse {
  const own: ServerResponse = new nodeHttp.ServerResponse(req);
  // A middleware that goes on writing after the end must not end the process.
  own.on('error', noop);
  // `getHeader` knows the fields given to `writeHead` only if a field was set before.
  own.setHeader('Cache-Control', 'no-store');
  // Without a socket, an answer would wait for one and never finish.
  own.assignSocket(new Writable({ write: (_bytes, _encoding, done) => done() }) as Socket);
  Object.setPrototypeOf(own, Object.getPrototypeOf(res));
  return Object.assign(own, { req, locals: Reflect.get(res, 'locals') ?? {} });
}

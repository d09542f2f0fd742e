import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { contextOf } from '../context.ts';
import { UpstreamUnavailableError } from '../errors.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { plain } from '../lib/plain-error.ts';
import { type ConfigProblems, checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { bearerTokenOf } from '../slots/auth/bearer-token.ts';
import { BackOff } from './back-off.ts';
import { bearerHeader, tokenIn } from './bearer-header.ts';
import { HeldToken, type IssuedToken } from './held-token.ts';
import { TokenEndpoint } from './token-endpoint.ts';
import {
  readTokenOptions,
  TOKEN_EXAMPLE,
  TOKEN_OPTIONS,
  type TokenOptions,
} from './token-options.ts';

/** Where the tokens of callers are exchanged, and for which tokens. */
export interface TokenExchangeOptions extends TokenOptions {
  /** The type of the caller's token. Default: `'urn:ietf:params:oauth:token-type:access_token'`. */
  readonly subjectTokenType?: string;
  /** The type of the token for the upstream. Default: the server's, mostly an access token. */
  readonly requestedTokenType?: string;
  /** How many tokens are held at a time; the one used longest ago goes first. Default: 10,000. */
  readonly maxTokens?: number;
}

/** What {@link tokenExchange} gives. */
export interface TokenExchangeHeader {
  (ctx: GatewayContext): Promise<string>;
  /** The upstream has answered 401 to a request with this value. A function that wraps this one has to call it. */
  readonly onUpstreamUnauthorized: (value: string, ctx: GatewayContext) => void;
}

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * How many callers are remembered of whom no token is held: their first one is on its way, or was refused.
 */
const MAX_STRANGERS = 1000;

/**
 * A value for `headers.set.Authorization`: the caller's own token, exchanged for one that the upstream takes.
 * It is held for as long as it lasts and the caller's does, for requests with the same token alone. A token
 * that the upstream refuses with 401 is dropped, and the caller's next request gets another, at most once in
 * 5 s for each caller.
 *
 * @param options - See {@link TokenExchangeOptions}.
 * @returns A value for `headers.set`.
 * @throws {GatewayConfigError} for a URL, a client or a parameter that is not valid.
 * @see RFC 8693; RFC 8707
 *
 * @example From `examples/outbound.ts`:
 * ```ts
 * // For each caller a token of its own.
 * app.use(
 *   createMcpGateway({
 *     path: '/tickets',
 *     publicUrl: 'https://gateway.example/tickets',
 *     target: 'https://tickets.example/mcp',
 *     auth,
 *     headers: {
 *       set: {
 *         Authorization: tokenExchange({ ...tokenServer, resource: 'https://tickets.example/mcp' }),
 *       },
 *     },
 *   }),
 * );
 * ```
 */
export function tokenExchange(options: TokenExchangeOptions): TokenExchangeHeader {
  const settings = checkConfig('tokenExchange', (problems) => read(problems, options));
  const { parameters, maxTokens } = settings;
  const endpoint = new TokenEndpoint(settings.endpoint);
  const callers = new BoundedMap<string, Caller>(maxTokens);
  // Kept apart, so that a flood of invalid tokens does not drive out the good ones.
  const strangers = new BoundedMap<string, Caller>(MAX_STRANGERS);
  const serverBackOff = new BackOff((failure) => failure.isForAll);

  async function exchange(subject: string): Promise<IssuedToken> {
    const { value, lifetimeMs } = await endpoint.request(GRANT_TYPE, [
      ...parameters,
      ['subject_token', subject],
    ]);
    return { value, lifetimeMs: Math.min(lifetimeMs, await remainingMs(subject)) };
  }

  async function tokenExchangeHeader({ req }: GatewayContext): Promise<string> {
    const subject = tokenOf(req);
    const key = callerKey(subject);
    let caller = callers.get(key) ?? strangers.get(key);
    if (caller === undefined) {
      caller = newCaller();
      strangers.set(key, caller);
    }
    const { held, backOff } = caller;
    const token = await held.value(() =>
      serverBackOff.run(() => backOff.run(() => exchange(subject))),
    );
    strangers.delete(key);
    // Set every time, so that the caller that was served longest ago is forgotten first.
    callers.set(key, caller);
    return bearerHeader(token);
  }
  function onUpstreamUnauthorized(value: string, { req }: GatewayContext): void {
    callers.get(callerKey(tokenOf(req)))?.held.refuse(tokenIn(value));
  }
  return Object.assign(tokenExchangeHeader, { onUpstreamUnauthorized });
}

isFactory('tokenExchange', tokenExchange);

/** The key of a caller. A token is not kept where its hash will do. */
function callerKey(subject: string): string {
  return hash('sha256', subject, 'base64');
}

interface Caller {
  readonly held: HeldToken;
  /** Waits after a refusal that is this caller's own. */
  readonly backOff: BackOff;
}

function newCaller(): Caller {
  return { held: new HeldToken(), backOff: new BackOff((failure) => !failure.isForAll) };
}

const OPTIONS = [...TOKEN_OPTIONS, 'subjectTokenType', 'requestedTokenType', 'maxTokens'] as const;

function read(problems: ConfigProblems, options: TokenExchangeOptions) {
  if (!problems.keys(options, OPTIONS, TOKEN_EXAMPLE)) return undefined;
  const { subjectTokenType = ACCESS_TOKEN, requestedTokenType, maxTokens = 10_000 } = options;
  const parameters: [name: string, value: string][] = [];
  checkUri(problems.at('subjectTokenType'), subjectTokenType);
  parameters.push(['subject_token_type', subjectTokenType]);
  if (requestedTokenType !== undefined) {
    checkUri(problems.at('requestedTokenType'), requestedTokenType);
    parameters.push(['requested_token_type', requestedTokenType]);
  }
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 1) {
    problems.at('maxTokens').addNumber(maxTokens, 'a whole number, 1 or more');
  }
  const endpoint = readTokenOptions(problems, options);
  return endpoint && { endpoint, parameters, maxTokens };
}

function checkUri(problems: ConfigProblems, value: unknown): void {
  if (typeof value === 'string' && URL.canParse(value)) return;
  problems.add(value, `a URI like '${ACCESS_TOKEN}'`);
}

/**
 * The token to exchange. Behind `auth` it is only the token that was accepted: any other one in the request
 * is not the principal's. Where nothing in front authenticates, it is the token that came.
 */
function tokenOf(req: IncomingMessage): string {
  const { identity } = contextOf(req);
  if (identity?.isByBearer === false) {
    throw new UpstreamUnavailableError('The caller was not accepted for a token to exchange');
  }
  const given = bearerTokenOf(req);
  if (given !== undefined && given !== 'malformed') return given.token;
  const needed = 'tokenExchange needs the Bearer token of the caller: put auth: jwt() in front';
  throw plain(new Error(needed));
}

/**
 * How long the caller's token lasts, where it says so: the token that it was exchanged for must not outlive
 * it.
 */
async function remainingMs(token: string): Promise<number> {
  const { decodeJwt } = await import('../slots/auth/jose.ts');
  try {
    const { exp } = decodeJwt(token);
    return typeof exp === 'number' ? Math.max(0, exp * 1000 - Date.now()) : Infinity;
  } catch {
    return Infinity;
  }
}

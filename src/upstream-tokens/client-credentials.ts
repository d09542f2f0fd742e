import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { BackOff } from './back-off.ts';
import { bearerHeader, tokenIn } from './bearer-header.ts';
import { HeldToken } from './held-token.ts';
import { TokenEndpoint, type TokenEndpointSettings } from './token-endpoint.ts';
import {
  readTokenOptions,
  TOKEN_EXAMPLE,
  TOKEN_OPTIONS,
  type TokenOptions,
} from './token-options.ts';

/** Where the gateway's own token comes from, and which token it is. */
export interface ClientCredentialsOptions extends TokenOptions {}

/** What {@link clientCredentials} gives. */
export interface ClientCredentialsHeader {
  (): Promise<string>;
  /** The upstream has answered 401 to a request with this value. A function that wraps this one has to call it. */
  readonly onUpstreamUnauthorized: (value: string) => void;
}

/**
 * A value for `headers.set.Authorization`: a token that the gateway gets for itself, the same for all
 * callers. It is renewed before it expires; where that fails, it is used until it expires. A token that the
 * upstream refuses with 401 is dropped, and the next request gets another, at most once in 5 s.
 *
 * @param options - See {@link TokenOptions}.
 * @returns A value for `headers.set`.
 * @throws {GatewayConfigError} for a URL, a client or a parameter that is not valid.
 * @see RFC 6749 section 4.4; RFC 8707
 *
 * @example From `examples/outbound.ts`:
 * ```ts
 * // One token for all callers.
 * app.use(
 *   createMcpGateway({
 *     path: '/search',
 *     publicUrl: 'https://gateway.example/search',
 *     target: 'https://search.example/mcp',
 *     auth,
 *     headers: {
 *       set: {
 *         Authorization: clientCredentials({
 *           ...tokenServer,
 *           resource: 'https://search.example/mcp',
 *         }),
 *       },
 *     },
 *   }),
 * );
 * ```
 */
export function clientCredentials(options: ClientCredentialsOptions): ClientCredentialsHeader {
  const settings = checkConfig('clientCredentials', (problems) => {
    return problems.keys(options, TOKEN_OPTIONS, TOKEN_EXAMPLE)
      ? readTokenOptions(problems, options)
      : undefined;
  });
  return tokenHeader(settings);
}

isFactory('clientCredentials', clientCredentials);

/** The same, from options that have been read. */
export function tokenHeader(settings: TokenEndpointSettings): ClientCredentialsHeader {
  const endpoint = new TokenEndpoint(settings);
  const held = new HeldToken();
  const backOff = new BackOff(() => true);
  const obtain = () => backOff.run(() => endpoint.request('client_credentials'));

  async function clientCredentialsHeader(): Promise<string> {
    return bearerHeader(await held.value(obtain));
  }
  function onUpstreamUnauthorized(value: string): void {
    held.refuse(tokenIn(value));
  }
  return Object.assign(clientCredentialsHeader, { onUpstreamUnauthorized });
}

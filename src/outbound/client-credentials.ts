import { checkConfig } from '../options/config-problems.ts';
import { BackOff } from './back-off.ts';
import { HeldToken } from './held-token.ts';
import { TokenEndpoint } from './token-endpoint.ts';
import { readTokenOptions, TOKEN_OPTIONS, type TokenOptions } from './token-options.ts';

/** Where the gateway's own token comes from, and which. */
export interface ClientCredentialsOptions extends TokenOptions {}

/**
 * A value for `headers.set.Authorization`: a token that the gateway gets for itself, the same for all
 * callers. Renewed before it expires; where that fails, used until it does.
 *
 * @param options - See {@link TokenOptions}.
 * @throws {GatewayConfigError} for a URL, a client or a parameter that cannot be.
 * @see RFC 6749 section 4.4; RFC 8707
 */
export function clientCredentials(options: ClientCredentialsOptions): () => Promise<string> {
  const endpoint = checkConfig((problems) => {
    problems.root(options, TOKEN_OPTIONS);
    return new TokenEndpoint(readTokenOptions(problems, options));
  });
  const held = new HeldToken();
  const backOff = new BackOff(() => true);
  const obtain = () => backOff.run(() => endpoint.request('client_credentials'));

  return async function clientCredentialsHeader() {
    return `Bearer ${await held.value(obtain)}`;
  };
}

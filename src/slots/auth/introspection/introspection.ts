import { checkConfig } from '../../../options/config-problems.ts';
import { isFactory } from '../../../options/factories.ts';
import type { AuthenticationScheme } from '../authenticator.ts';
import { type IntrospectionOptions, readIntrospectionOptions } from './options.ts';
import { introspectionScheme } from './scheme.ts';

export type { IntrospectionOptions } from './options.ts';

/**
 * Takes the access tokens that an authorization server calls active when it is asked, such as tokens that only
 * their issuer can read. Where `auth` is a list, a JWT whose issuer a `jwt()` in it knows, and a key of an
 * `apiKey()`, are not sent to the server. While the server cannot tell, requests get 503 `keys_unavailable`.
 *
 * @param options - See {@link IntrospectionOptions}.
 * @returns An authenticator for `auth` or `requireAuth`.
 * @throws {GatewayConfigError} for a server without https, a missing client or audience, ...
 * @see RFC 7662; MCP, Authorization, "Token Handling"
 *
 * @example From `examples/introspection.ts`:
 * ```ts
 * app.use(
 *   createMcpGateway({
 *     target: 'https://third-party-mcp-server.example/mcp',
 *     publicUrl: 'https://gateway.example/mcp',
 *     auth: [
 *       jwt({ issuer: 'https://idp.example', audience: 'https://gateway.example/mcp' }),
 *       introspection({
 *         issuer: 'https://other-idp.example',
 *         clientId: process.env.IDP_CLIENT_ID,
 *         clientSecret: process.env.IDP_CLIENT_SECRET,
 *         audience: 'https://gateway.example/mcp',
 *         cache: '30s',
 *       }),
 *     ],
 *   }),
 * );
 * ```
 */
export function introspection(options: IntrospectionOptions): AuthenticationScheme {
  return introspectionScheme(
    checkConfig('introspection', (problems) => readIntrospectionOptions(problems, options)),
  );
}

isFactory('introspection', introspection);

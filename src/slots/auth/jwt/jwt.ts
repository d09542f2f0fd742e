import { checkConfig } from '../../../options/config-problems.ts';
import { isFactory } from '../../../options/factories.ts';
import type { AuthenticationScheme } from '../authenticator.ts';
import { type JwtOptions, readJwtOptions } from './options.ts';
import { jwtScheme } from './scheme.ts';

export type { JwtOptions } from './options.ts';

/**
 * Takes the access tokens that an authorization server issues as signed JWTs. For several issuers,
 * give one of these for each; for those of all tenants of one server, one with `issuer.pattern`.
 *
 * @param options - See {@link JwtOptions}.
 * @returns An authenticator for `auth` or `requireAuth`.
 * @throws {GatewayConfigError} for an issuer or key server without https, a symmetric algorithm, a
 * symmetric or private key, a missing audience, ...
 * @see RFC 9068; MCP, Authorization, "Token Handling"
 *
 * @example From `examples/authentication.ts`:
 * ```ts
 * app.use(
 *   createMcpGateway({
 *     target: 'https://third-party-mcp-server.example/mcp',
 *     publicUrl: 'https://gateway.example/mcp',
 *     auth: [
 *       jwt({
 *         issuer: 'https://idp.example',
 *         audience: 'https://gateway.example/mcp',
 *         scopes: ['mcp'],
 *       }),
 *       apiKey({
 *         keys: [{ sha256: process.env.CI_KEY_SHA256 ?? '', subject: 'ci', scopes: ['mcp'] }],
 *       }),
 *     ],
 *     policies: requireScopes({ 'delete_*': ['mcp:delete'] }),
 *     headers: { set: { 'X-User': ({ principal }) => principal?.subject } },
 *   }),
 * );
 * ```
 */
export function jwt(options: JwtOptions): AuthenticationScheme {
  return jwtScheme(checkConfig('jwt', (problems) => readJwtOptions(problems, options)));
}

isFactory('jwt', jwt);

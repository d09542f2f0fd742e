import { isScope } from '../../oauth/scope.ts';
import { checkConfig } from '../../options/config-problems.ts';
import { isFactory } from '../../options/factories.ts';
import { glob } from '../../options/glob.ts';
import { byScopes, type PolicyRule } from './policy.ts';

const EXPECTED =
  "a tool's name or more with the scopes it needs, like { 'delete_*': ['mcp:delete'] }";

/**
 * A policy that asks for scopes: a principal that lacks one of the scopes of a tool is told all that it
 * needs, and official clients then ask their user for them. Methods other than `tools/call` pass.
 *
 * @param scopes - The scopes by the name of the tool, in which `*` stands for any characters. Where several
 * names match, all of their scopes are needed.
 * @returns A policy for `policies` or `policy`.
 * @throws {GatewayConfigError} without a name, and for anything that is no list of scopes.
 * @see MCP authorization, "Scope Challenge Handling"; RFC 6750 section 3.1
 *
 * @example From `examples/rest.ts`:
 * ```ts
 * app.use(
 *   createMcpGateway({
 *     target: tools,
 *     publicUrl: audience,
 *     auth: jwt({ issuer: ISSUER, audience, jwksUri: `${ISSUER}/keys` }),
 *     headers: { set: { 'X-User': ({ principal }) => principal?.subject } },
 *     policies: requireScopes({ createOrder: ['orders:write'] }),
 *   }),
 * );
 * ```
 */
export function requireScopes(scopes: Readonly<Record<string, readonly string[]>>): PolicyRule {
  const rules = checkConfig('requireScopes', (problems) => {
    const entries = problems.entries(scopes, { atLeast: 1, expected: EXPECTED });
    return entries.map(([pattern, value]) => ({
      matches: glob(pattern),
      scopes: problems.at(pattern).list(value, isScope, 'a scope', { atLeast: 1 }),
    }));
  });
  const check = byScopes(({ mcp, principal }) => {
    if (mcp.method !== 'tools/call') return true;
    const needed = rules.filter(({ matches }) => matches(mcp.name ?? ''));
    const all = [...new Set(needed.flatMap((rule) => rule.scopes))];
    const granted = new Set(principal?.scopes);
    return all.every((scope) => granted.has(scope)) || { allow: false, scopes: all };
  });
  return {
    name: `requireScopes(${Object.keys(scopes).join(', ')})`,
    check,
  };
}

isFactory('requireScopes', requireScopes);

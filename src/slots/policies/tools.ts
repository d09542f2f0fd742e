import { checkConfig } from '../../options/config-problems.ts';
import { isFactory } from '../../options/factories.ts';
import { glob } from '../../options/glob.ts';
import { byName, type PolicyRule } from './policy.ts';

const NOT_ALLOWED =
  'This tool is not allowed through this gateway. Do not call it again; use another tool, or ask for access.';

/**
 * A policy that lets only these tools be called. Methods other than `tools/call` pass.
 *
 * @param globs - Names of tools; `*` stands for any characters. Case-sensitive.
 * @returns A policy for `policies` or `policy`.
 * @throws {GatewayConfigError} without a name, or for one that is no text.
 *
 * @example From `examples/update.ts`:
 * ```ts
 * function readConfig(): GatewayConfig {
 *   return {
 *     target: MCP_TARGET,
 *     policies: allowTools(...JSON.parse(readFileSync(TOOLS_FILE, 'utf8'))),
 *     rateLimit: { name: 'calls', limit: 100, window: '1m' },
 *   };
 * }
 * ```
 */
export function allowTools(...globs: string[]): PolicyRule {
  return byTool('allowTools', globs, true);
}

isFactory('allowTools', allowTools);

/**
 * A policy that lets no such tool be called. Methods other than `tools/call` pass.
 *
 * @param globs - Names of tools; `*` stands for any characters. Case-sensitive.
 * @returns A policy for `policies` or `policy`.
 * @throws {GatewayConfigError} without a name, or for one that is no text.
 *
 * @example From `examples/explain.ts`:
 * ```ts
 * const gateway = createMcpGateway({
 *   target: 'https://third-party-mcp-server.example/mcp',
 *   auth: (req) => ({ subject: String(req.headers['x-user']) }),
 *   rateLimit: { limit: 100, window: '1m', by: 'user' },
 *   policies: denyTools('delete_*'),
 * });
 * ```
 */
export function denyTools(...globs: string[]): PolicyRule {
  return byTool('denyTools', globs, false);
}

isFactory('denyTools', denyTools);

function byTool(name: string, globs: readonly string[], isAllowed: boolean): PolicyRule {
  const matchers = checkConfig(name, (problems) =>
    problems.list(globs, isGlob, "a tool's name, like 'delete_*'", { atLeast: 1 }).map(glob),
  );
  const check = byName(({ mcp }) => {
    if (mcp.method !== 'tools/call') return true;
    return matchers.some((matches) => matches(mcp.name ?? '')) === isAllowed;
  });
  return {
    name: `${name}(${globs.join(', ')})`,
    message: NOT_ALLOWED,
    check,
  };
}

function isGlob(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

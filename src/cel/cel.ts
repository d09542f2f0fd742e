import { type ConfigProblems, checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import {
  type PolicyRule,
  type RequestPolicyCheck,
  withoutArguments,
} from '../slots/policies/policy.ts';
import { bindingsFor, type Shown } from './bindings.ts';
import { checkExpression } from './check.ts';
import { ENVIRONMENT } from './environment.ts';
import { describeMistake, type Mistake } from './mistakes.ts';
import { parseExpression } from './parse-expression.ts';
import { type Failure, Program } from './program.ts';
import { tryOut } from './try-out.ts';

/** The options of a rule, besides its expression. */
export interface CelOptions {
  /** The name by which observers know it. Default: `cel(…)` with the expression in it. */
  readonly name?: string;
  /** What the client is told: a sentence that a model can act on. */
  readonly message?: string;
  /** `'shadow'`: observers are told what it would have refused. Default: `'enforce'`. */
  readonly mode?: 'enforce' | 'shadow';
  /** Whether it is asked about each message, or once for each HTTP request. Default: `'message'`. */
  readonly on?: 'message' | 'request';
}

/**
 * A policy that is written as an expression of CEL, the Common Expression Language: it allows where the
 * expression is true. It denies where the expression is false, gives an error or anything else, reads a value
 * that is absent, or takes over 100,000 steps; observers are told which.
 *
 * Its names are `mcp`, `principal`, `ip`, `headers` (by lower-case name) and `now`, and those of KrakenD:
 * `req_method`, `req_path`, `req_params`, `req_headers`, `req_querystring` and `JWT`. Numbers in arguments
 * and claims are doubles.
 *
 * @param text - The expression. It is checked as far as that is possible without a request.
 * @returns A policy for `policies` or `policy`.
 * @throws {GatewayConfigError} with each mistake in it: where it is, and what was probably meant.
 * @see https://cel.dev
 *
 * @example From `examples/cel.ts`:
 * ```ts
 * app.use(
 *   createMcpGateway({
 *     target: 'https://third-party-mcp-server.example/mcp',
 *     publicUrl: 'https://gateway.example/mcp',
 *     auth: jwt({ issuer: 'https://idp.example', audience: 'https://gateway.example/mcp' }),
 *     policies: [
 *       // Asked about each HTTP request, also GET and DELETE: which callers are let in, and when.
 *       cel("JWT.dept in ['eng', 'ops']", { on: 'request' }),
 *       cel("now.getHours('Europe/Berlin') >= 7 && now.getHours('Europe/Berlin') < 19", {
 *         on: 'request',
 *         message: 'This server is there from 7 to 19 h. Try again then.',
 *       }),
 *       // Asked about each message. Only calls of tools have the name of a tool.
 *       cel(
 *         `mcp.method != 'tools/call'
 *           || mcp.name.startsWith('read_')
 *           || 'files:write' in principal.scopes`,
 *         {
 *           message:
 *             'Only reading is allowed with this token. Use a tool whose name begins with read_.',
 *         },
 *       ),
 *       // `has` asks whether a member is there, because it may be missing.
 *       cel(
 *         `mcp.method != 'tools/call' || !has(mcp.arguments)
 *           || !has(mcp.arguments.limit) || mcp.arguments.limit <= 100`,
 *         { name: 'limit', mode: 'shadow' },
 *       ),
 *     ],
 *   }),
 * );
 * ```
 */
export function cel(text: string, options: CelOptions = {}): PolicyRule {
  return celRule(text, options);
}

isFactory('cel', cel);

/**
 * The same. `shown` says what the expression sees where KrakenD shows something else than the client sent.
 */
export function celRule(text: string, options: CelOptions, shown?: Shown): PolicyRule {
  return checkConfig('cel', (problems) => read(problems, text, options, shown));
}

const KEYS = ['name', 'message', 'mode', 'on'] as const;
/** How much of an expression is shown as its name. */
const SHOWN_CHARS = 80;

function read(
  problems: ConfigProblems,
  text: unknown,
  options: CelOptions,
  insight: Shown | undefined,
): PolicyRule | undefined {
  const place = problems.at('cel');
  if (!place.keys(options, KEYS, "{ on: 'request' }")) return undefined;
  const { on = 'message' } = options;
  if (on !== 'message' && on !== 'request') place.at('on').add(on, "'message' or 'request'");
  if (typeof text !== 'string') {
    place.add(text, 'an expression as text');
    return undefined;
  }
  const refuse = (mistakes: readonly Mistake[]): undefined => {
    for (const mistake of mistakes)
      place.add(shown(text), `an expression without mistakes: ${describeMistake(text, mistake)}`);
    return undefined;
  };
  const parsed = parseExpression(text);
  if ('mistake' in parsed) return refuse([parsed.mistake]);
  const findings = checkExpression(text, parsed, ENVIRONMENT);
  const { mistakes, warnings, names, seesArguments, ofMessage } = findings;
  if (mistakes.length > 0) return refuse(mistakes);
  const bind = bindingsFor(names, insight);
  const program = new Program(parsed);
  const trial = tryOut(program, bind, { on, ofMessage });
  if (trial.mistakes.length > 0) return refuse(trial.mistakes);
  for (const warning of [...warnings, ...trial.warnings]) warn(text, warning);
  const check: RequestPolicyCheck = (ctx) => {
    const outcome = program.ask(bind(ctx));
    return typeof outcome === 'boolean' ? outcome : { allow: false, reason: reasonOf(outcome) };
  };
  return {
    ...options,
    name: options.name ?? `cel(${shown(text)})`,
    check: seesArguments ? check : withoutArguments(check),
  };
}

function warn(text: string, warning: Mistake): void {
  process.emitWarning(`cel: ${describeMistake(text, warning)}`, {
    type: 'McpGatewayWarning',
    code: 'MCP_GATEWAY_CEL',
  });
}

function reasonOf({ text, offset }: Failure): string {
  return offset === undefined ? text : `${text} (at offset ${offset})`;
}

/** The text on one line, cut where it is long. */
function shown(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS - 1)}…` : line;
}

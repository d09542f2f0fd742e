import type { IncomingMessage } from 'node:http';
import type { GatewayContext } from '../../gateway-context.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import { type Duration, readDuration } from '../../options/duration.ts';
import type { BodyNeed } from '../body-need.ts';
import { type ToolWatch, type WatchingRule, watchOf } from './tool-watch.ts';

/** What a policy is shown. Neither this object nor `mcp` has a prototype, and neither can be changed. */
export interface PolicyContext<Req extends IncomingMessage = IncomingMessage>
  extends GatewayContext<Req> {
  /** The message, as its body says. Of a batch, each message is judged by itself. */
  readonly mcp: McpMessage & { readonly sessionId: string | undefined };
}

/** What a policy is shown that is asked about HTTP requests. */
export interface RequestPolicyContext<Req extends IncomingMessage = IncomingMessage>
  extends GatewayContext<Req> {
  /** The message of a POST that has one; undefined on GET and DELETE, for a batch and for responses. */
  readonly mcp: PolicyContext<Req>['mcp'] | undefined;
}

/** What a policy decides about a message. Anything but `true` or `{ allow: true }` denies. */
export type Decision =
  | boolean
  | {
      readonly allow: boolean;
      /** The reason, for observers; the client is not told. */
      readonly reason?: string;
      /** What the client is told: a sentence that a model can act on. */
      readonly message?: string;
      /** The scopes, where only scopes are missing: all that this needs, granted or not. */
      readonly scopes?: readonly string[];
    };

/** Decides about a message. If it throws, rejects or takes too long, it denies. */
export type PolicyCheck<Req extends IncomingMessage = IncomingMessage> = (
  ctx: PolicyContext<Req>,
) => Decision | Promise<Decision>;

/** Decides about an HTTP request. If it throws, rejects or takes too long, it denies. */
export type RequestPolicyCheck<Req extends IncomingMessage = IncomingMessage> = (
  ctx: RequestPolicyContext<Req>,
) => Decision | Promise<Decision>;

/** A named policy, and whether it is enforced or only reported. */
export interface PolicyRule<Req extends IncomingMessage = IncomingMessage> {
  /** The name by which observers know it. */
  readonly name: string;
  /** Decides about each message. */
  readonly check: PolicyCheck<Req>;
  /**
   * `'shadow'`: observers are told what it would have refused, and no request waits for it. Default:
   * `'enforce'`.
   */
  readonly mode?: 'enforce' | 'shadow';
  /** What the client is told, where the decision says nothing of its own. */
  readonly message?: string;
  /** How long it may take. Default: `'5s'`. */
  readonly timeout?: Duration | false;
  /**
   * What it is asked about. `'message'`: each message with a method, each of a batch by itself.
   * `'request'`: each HTTP request, once: each POST, GET and DELETE. There, `mcp` may be undefined: a
   * rule that is declared as a {@link RequestPolicyRule} has TypeScript say so. Default: `'message'`.
   */
  readonly on?: 'message' | 'request';
}

/** A rule about HTTP requests. It is a {@link PolicyRule} whose `check` knows that there may be no message. */
export interface RequestPolicyRule<Req extends IncomingMessage = IncomingMessage>
  extends PolicyRule<Req> {
  /** It is asked about each HTTP request. */
  readonly on: 'request';
  /** Decides about each request. */
  readonly check: RequestPolicyCheck<Req>;
}

/** A function, which is asked about each message, or a rule with a name. */
export type Policy<Req extends IncomingMessage = IncomingMessage> =
  | PolicyCheck<Req>
  | PolicyRule<Req>;

/** Checks that never look into the arguments of a message. */
const WITHOUT_ARGUMENTS = new WeakSet<PolicyCheck | RequestPolicyCheck>();

/** Checks that go by the method and the name of a message, and by nothing else in it. */
const BY_NAME = new WeakSet<PolicyCheck | RequestPolicyCheck>();

/** Marks a check that never looks into arguments, so that none are read for it alone. */
export function withoutArguments(check: PolicyCheck): PolicyCheck {
  WITHOUT_ARGUMENTS.add(check);
  return check;
}

/** Checks that let no caller pass without scopes. */
const BY_SCOPES = new WeakSet<PolicyCheck | RequestPolicyCheck>();

/** Marks a check that asks for scopes, so that a check that no caller could pass is found. */
export function byScopes(check: PolicyCheck): PolicyCheck {
  BY_SCOPES.add(check);
  return byName(check);
}

/**
 * Notes policies that ask for scopes where `auth` is off, so that no caller has any. `problems` stands at the
 * configuration.
 */
export function checkScopes(
  problems: ConfigProblems,
  policies: readonly EnforcedPolicy[],
  isAsked: boolean,
): void {
  for (const { option, asksForScopes } of isAsked ? [] : policies) {
    if (asksForScopes) problems.at(option).add('requireScopes(…)', NO_SCOPES, 'conflict');
  }
}

const NO_SCOPES = 'auth besides: without it no caller has scopes, and every such call is refused';

/**
 * Marks a check that goes by the method and the name of a message, so that no message is copied for it alone.
 */
export function byName(check: PolicyCheck): PolicyCheck {
  BY_NAME.add(check);
  return withoutArguments(check);
}

/** A policy as it is enforced. */
export interface EnforcedPolicy {
  readonly name: string;
  /** Whether it is asked once for each request. */
  readonly isOnRequest: boolean;
  /** It always gets a message, unless it is asked once for each request. */
  readonly check: RequestPolicyCheck;
  readonly isShadow: boolean;
  readonly message: string | undefined;
  readonly timeoutMs: number | false;
  readonly seesArguments: boolean;
  /** Whether it goes by the method and the name of a message alone. */
  readonly isByName: boolean;
  /** Whether it lets no caller pass without scopes. */
  readonly asksForScopes: boolean;
  /** Where it stands in the configuration. */
  readonly option: string;
  /** The part that looks at lists of tools; undefined for a policy of an app. */
  readonly watch: ToolWatch<PolicyCheck> | undefined;
}

const KEYS = ['name', 'check', 'mode', 'message', 'timeout', 'on'] as const;
const DEFAULT_TIMEOUT_MS = 5000;

/**
 * Reads one policy or a list of them; leaves out invalid ones.
 *
 * @param upstream - What tells the upstream apart from others, where it is known.
 */
export function readPolicies(
  problems: ConfigProblems,
  value: unknown,
  upstream: string = '',
): EnforcedPolicy[] {
  if (!Array.isArray(value)) {
    const own = readPolicy(problems, value, 'policy', upstream);
    return own === undefined ? [] : [own];
  }
  if (value.length === 0) problems.add(value, 'a policy or more; false for none', 'missing');
  // A hole in the list is no policy, and must be noted.
  return [...value].flatMap(
    (policy, i) => readPolicy(problems.at(i), policy, `policy ${i + 1}`, upstream) ?? [],
  );
}

function readPolicy(
  problems: ConfigProblems,
  value: unknown,
  fallbackName: string,
  upstream: string,
): EnforcedPolicy | undefined {
  if (problems.notCalled(value)) return undefined;
  if (typeof value === 'function') {
    const check = value as PolicyCheck;
    return enforced({ name: check.name || fallbackName, check }, problems.path, undefined);
  }
  // An object of a class has members of its own.
  const known = isPlain(value) ? KEYS : [...KEYS, ...Object.keys(value ?? {})];
  if (!problems.keys(value, known, "{ name: 'office hours', check }, or a function"))
    return undefined;
  const rule = value as PolicyRule & Partial<WatchingRule<PolicyCheck>>;
  const { name, check, mode = 'enforce', message, timeout, on = 'message' } = rule;
  if (typeof name !== 'string' || name === '')
    problems.at('name').add(name, 'a name', 'wrong_type');
  if (typeof check !== 'function') problems.at('check').add(check, 'a function', 'wrong_type');
  if (mode !== 'enforce' && mode !== 'shadow') {
    problems.at('mode').add(mode, "'enforce' or 'shadow'");
  }
  if (on !== 'message' && on !== 'request') problems.at('on').add(on, "'message' or 'request'");
  if (message !== undefined && typeof message !== 'string') {
    problems.at('message').add(message, 'a sentence', 'wrong_type');
  }
  const isTimed = timeout !== undefined && timeout !== false;
  const timeoutMs = isTimed ? readDuration(problems.at('timeout'), timeout) : timeout;
  const watch = watchOf(rule, upstream, String(name));
  return enforced(rule, problems.path, watch, timeoutMs);
}

function enforced(
  rule: PolicyRule,
  option: string,
  watch: ToolWatch<PolicyCheck> | undefined,
  timeoutMs: number | false = DEFAULT_TIMEOUT_MS,
): EnforcedPolicy {
  return {
    name: rule.name,
    isOnRequest: rule.on === 'request',
    check: (watch?.check ?? ((ctx: PolicyContext) => rule.check(ctx))) as RequestPolicyCheck,
    isShadow: rule.mode === 'shadow',
    message: rule.message,
    timeoutMs,
    seesArguments: !WITHOUT_ARGUMENTS.has(rule.check),
    isByName: watch === undefined && BY_NAME.has(rule.check),
    asksForScopes: BY_SCOPES.has(rule.check),
    option,
    watch,
  };
}

/** How much of the body a policy needs to be read. */
export function needOf({ seesArguments }: EnforcedPolicy): BodyNeed {
  return seesArguments ? 'arguments' : 'message';
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && Object.getPrototypeOf(value ?? {}) === Object.prototype;
}

import { FunctionFailure } from '../../lib/function-failure.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import type { NowOrLater } from '../../lib/now-or-later.ts';
import { plain } from '../../lib/plain-error.ts';
import { isThenable } from '../../lib/thenable.ts';
import { within } from '../../lib/within.ts';
import { isScope } from '../../oauth/scope.ts';
import type { Decision, EnforcedPolicy, RequestPolicyContext } from './policy.ts';
import { StoreFailure } from './store-failure.ts';

/** The result of asking a policy. */
export interface Verdict {
  readonly allow: boolean;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** What went wrong with the policy itself, which then denies. */
  readonly failure?: FunctionFailure;
  /** Whether it could not decide, because a store that it needs has failed. */
  readonly isUnavailable?: boolean;
}

/**
 * Asks a policy. The answer is always a verdict, even if the policy throws or hangs, and only a clear yes
 * allows.
 */
export function judge(policy: EnforcedPolicy, ctx: RequestPolicyContext): NowOrLater<Verdict> {
  try {
    const decision = policy.check(ctx);
    return isThenable(decision) ? judgeLater(policy, decision) : read(decision);
  } catch (error) {
    return failed(policy, error);
  }
}

async function judgeLater(policy: EnforcedPolicy, decision: Promise<Decision>): Promise<Verdict> {
  try {
    const { timeoutMs } = policy;
    return read(await within(timeoutMs, decision, `A policy took more than ${timeoutMs} ms`));
  } catch (error) {
    return failed(policy, error);
  }
}

function failed({ option }: EnforcedPolicy, error: unknown): Verdict {
  const failure = new FunctionFailure(option, asError(error), error);
  if (error instanceof StoreFailure) {
    return { allow: false, reason: 'the store failed', failure, isUnavailable: true };
  }
  return { allow: false, reason: 'the policy failed', failure };
}

function read(decision: Decision): Verdict {
  if (typeof decision === 'boolean') return { allow: decision };
  // Each member is read once, so that the value that was checked is the value that counts.
  const isObject = typeof decision === 'object' && decision !== null;
  const { allow, reason, message, scopes }: Partial<typeof decision> = isObject ? decision : {};
  try {
    if (typeof allow !== 'boolean') {
      throw plain(new TypeError('A policy gives true, false or { allow: true or false }'));
    }
    return { allow, reason: textOf(reason), message: textOf(message), scopes: scopesOf(scopes) };
  } catch (error) {
    notAwaited([decision, allow, reason, message, scopes]);
    throw error;
  }
}

function scopesOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const scopes = Array.isArray(value) ? [...value] : [];
  if (scopes.length > 0 && scopes.every(isScope)) return scopes;
  throw plain(new TypeError('The scopes of a decision are a list of scopes'));
}

function textOf(value: unknown): string | undefined {
  if (isThenable(value)) throw plain(new TypeError('A member of a decision is a promise'));
  return value === undefined || value === null ? undefined : String(value);
}

function asError(error: unknown): Error {
  notAwaited(error, 0);
  return error instanceof Error ? error : new Error('A policy failed', { cause: error });
}

import { Deadline } from '../http/deadline.ts';
import type { Decision, EnforcedPolicy, PolicyContext } from './policy.ts';

/** What came of a policy. */
export interface Verdict {
  readonly allow: boolean;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** What went wrong with the policy itself, which then denies. */
  readonly failure?: Error;
}

/** Asks a policy. Whatever it does, the answer is a verdict, and only a clear yes allows. */
export async function judge(policy: EnforcedPolicy, ctx: PolicyContext): Promise<Verdict> {
  try {
    return read(await within(policy.timeoutMs, policy.check(ctx)));
  } catch (error) {
    return { allow: false, reason: 'the policy failed', failure: asError(error) };
  }
}

function read(decision: Decision): Verdict {
  if (typeof decision === 'boolean') return { allow: decision };
  if (typeof decision !== 'object' || decision === null || typeof decision.allow !== 'boolean') {
    throw new TypeError('A policy gives true, false or { allow: true or false }');
  }
  const { allow, reason, message } = decision;
  return { allow, reason: textOf(reason), message: textOf(message) };
}

/** Gives up waiting after `ms`. What comes of it later is of no interest. */
function within<T>(ms: number | false, result: T | PromiseLike<T>): T | Promise<T> {
  if (!isThenable(result)) return result;
  const deadline = new Deadline();
  const expiry = new Promise<never>((_resolve, reject) => {
    deadline.start(ms, () => reject(new Error(`A policy took more than ${ms} ms`)));
  });
  return Promise.race([Promise.resolve(result), expiry]).finally(() => deadline.clear());
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null)?.then === 'function';
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('A policy failed', { cause: error });
}

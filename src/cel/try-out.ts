import type { RequestPolicyContext } from '../slots/policies/policy.ts';
import type { Mistake } from './mistakes.ts';
import type { Bindings, Failure, Outcome, Program } from './program.ts';
import { FIRST, LATER, type Sample, WITHOUT_MESSAGE } from './samples.ts';

/** The result of trying an expression out. */
export interface Trial {
  readonly mistakes: readonly Mistake[];
  readonly warnings: readonly Mistake[];
}

/**
 * Asks an expression about requests as clients send them. It is a mistake if the expression fails on all of
 * them, and not only because values are absent, which real requests may have. It is a warning if it reads a
 * member that is absent from a request which every client begins with: then no client gets in.
 */
export function tryOut(
  program: Program,
  bind: (ctx: RequestPolicyContext) => Bindings,
  {
    on,
    ofMessage,
  }: { readonly on: 'message' | 'request'; readonly ofMessage: ReadonlyMap<bigint, number> },
): Trial {
  const first = on === 'message' ? FIRST : [...FIRST, ...WITHOUT_MESSAGE];
  const outcomes = [...first, ...LATER].map((sample) => ({
    sample,
    outcome: program.ask(bind(sample.ctx)),
  }));
  if (outcomes.every(({ outcome }) => isFailure(outcome))) {
    const mistakes = outcomes.flatMap(({ outcome }) => mistakeOf(outcome) ?? []);
    if (mistakes.length > 0) return { mistakes: mistakes.slice(0, 1), warnings: [] };
  }
  const absent = outcomes.filter(
    ({ sample, outcome }) =>
      first.includes(sample) && isFailure(outcome) && ofMessage.has(outcome.part ?? 0n),
  );
  const [read] = ofMessage.values();
  const unread = on === 'request' && read !== undefined ? [{ offset: read, what: BATCH }] : [];
  return { mistakes: [], warnings: absent.length === 0 ? unread : [warningOf(absent)] };
}

const BATCH =
  "a batch has no mcp with on: 'request', so what this asks is not asked of the messages in it: leave " +
  "on: 'request' out, and it is asked of each";

function isFailure(outcome: Outcome): outcome is Failure {
  return typeof outcome !== 'boolean';
}

function mistakeOf(outcome: Outcome): Mistake | undefined {
  if (!isFailure(outcome) || outcome.kind === 'absent') return undefined;
  return {
    offset: outcome.offset ?? 0,
    what: `it can only fail: ${outcome.message}${hintFor(outcome)}`,
  };
}

function hintFor({ message }: Failure): string {
  return message.endsWith("'timestamp' applied to '(double)'") ? ': write timestamp(int(x))' : '';
}

function warningOf(
  failed: readonly { readonly sample: Sample; readonly outcome: Outcome }[],
): Mistake {
  const kinds = [...new Set(failed.map(({ sample: { what } }) => what))].join(', ');
  const offset = failed
    .map(({ outcome }) => isFailure(outcome) && outcome.offset)
    .find(Number.isInteger);
  const isWithoutMessage = failed.some(({ sample: { ctx } }) => ctx.mcp === undefined);
  const remedy = isWithoutMessage
    ? "leave on: 'request' out, and it is asked about messages only"
    : "write mcp.method != 'tools/call' || …";
  return {
    offset: Number(offset ?? 0),
    what: `what it reads here is not there in ${kinds}, so it refuses them, and clients get no further: ${remedy}`,
  };
}

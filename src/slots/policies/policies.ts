import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import { firstFound, goOn, type NowOrLater } from '../../lib/now-or-later.ts';
import { isThenable } from '../../lib/thenable.ts';
import { Turns, turnAfter } from '../../lib/turns.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import type { Challenge } from '../auth/challenge.ts';
import { mostOf } from '../body-need.ts';
import { listsOf } from '../lists/list-stage.ts';
import type { ListWatch } from '../lists/list-watch.ts';
import { passOrRefuse } from '../pass-or-refuse.ts';
import { isProbe } from '../probe.ts';
import type { Slot } from '../slot.ts';
import type { DenyAs } from './deny-as.ts';
import { judge, type Verdict } from './judge.ts';
import { type EnforcedPolicy, needOf, type Policy, type RequestPolicyContext } from './policy.ts';
import { ownPolicyContext, policyContext } from './policy-context.ts';
import { unknownError } from './unknown.ts';

/** How {@link enforcePolicies} refuses. */
export interface RefusalSettings {
  readonly denyAs: DenyAs;
  readonly challenge: Challenge;
}

/**
 * Lets a request pass when every policy allows it, or every message in it, and refuses it with 403
 * otherwise. The messages have to be read before.
 */
export function enforcePolicies(
  policies: readonly EnforcedPolicy[],
  settings: RefusalSettings,
  watchesOf: (context: RequestContext) => readonly ListWatch[] = watchesFor(policies),
): Middleware {
  const onMessage = policies.filter(({ isOnRequest }) => !isOnRequest);
  const groups: PolicyGroups = {
    onRequest: policies.filter(({ isOnRequest }) => isOnRequest),
    onMessage,
    contextFor: onMessage.every(({ isByName }) => isByName) ? ownPolicyContext : policyContext,
  };
  const looksAtLists = policies.some(({ watch }) => watch !== undefined);
  return function enforcePoliciesMiddleware(req, res, next) {
    const context = contextOf(req);
    const decide = () =>
      goOn(findDenial(groups, context), (denial) => {
        if (denial === undefined && looksAtLists) watchLists(watchesOf, context);
        return denial;
      });
    passOrRefuse(req, res, next, decide, (denial) => refuse(req, res, denial, settings));
  };
}

/**
 * Lets policies that judge tools by their listing look at the lists in the answer, whether the request asked
 * for a list or not: clients take a list from any answer that has the id of their request.
 */
function watchLists(
  watchesOf: (context: RequestContext) => readonly ListWatch[],
  context: RequestContext,
): void {
  if (context.req.method !== 'GET' && context.mcp === undefined) return;
  listsOf(context).watches.push(...watchesOf(context));
}

function watchesFor(
  policies: readonly EnforcedPolicy[],
): (context: RequestContext) => readonly ListWatch[] {
  const watches = policies.flatMap(({ watch }) => watch ?? []);
  return (context) => watches.map((watch) => watch.watch(context));
}

function refuse(
  req: IncomingMessage,
  res: ServerResponse,
  { policy, message, verdict, scopes }: Denial,
  { denyAs, challenge }: RefusalSettings,
): void {
  const { mcp } = contextOf(req);
  const details = {
    message: verdict.message ?? policy.message,
    policy: policy.name,
    detail: verdict.reason,
    cause: verdict.failure,
  };
  if (verdict.isUnavailable) {
    answerError(req, res, 'store_unavailable', { ...details, message: undefined });
    return;
  }
  if (scopes === undefined) {
    // Clients judge the server by the answer to their first question, so that it is the same in each mode.
    const isFirst = isProbe(contextOf(req));
    const isCall = message?.id !== undefined && mcp?.isBatch === false && !isFirst;
    const hidesReason = denyAs === 'unknown' && message !== undefined && !isFirst;
    answerError(req, res, 'policy_denied', {
      ...details,
      ...(hidesReason && unknownError(message)),
      asResult: isCall && denyAs !== 'http',
    });
    return;
  }
  // Clients ask for more scopes at this status and header alone.
  const value = challenge.header({ error: 'insufficient_scope', scopes });
  answerError(req, res, 'insufficient_scope', {
    ...details,
    headers: { 'WWW-Authenticate': value },
  });
}

interface Denial {
  readonly policy: EnforcedPolicy;
  /** The message that was denied; undefined for a request without a message. */
  readonly message: McpMessage | undefined;
  readonly verdict: Verdict;
  /** All scopes that the request needs, where only scopes are missing. */
  readonly scopes?: readonly string[];
}

/**
 * Reports what a policy in shadow mode would refuse, as long as the request is open. A decision that comes at
 * once is reported in order; the request does not wait for a later one.
 */
function tryOut(
  policy: EnforcedPolicy,
  ctx: RequestPolicyContext,
  { observation }: RequestContext,
): NowOrLater<undefined> {
  if (observation === undefined) return undefined;
  const told = goOn(judge(policy, ctx), ({ allow, reason }) => {
    if (!allow) observation.shadowed({ slot: 'policies', policy: policy.name, detail: reason });
    return undefined;
  });
  return isThenable(told) ? Promise.race([told, setImmediate(undefined)]) : undefined;
}

/** Policies by what they are asked about. */
interface PolicyGroups {
  readonly onRequest: readonly EnforcedPolicy[];
  readonly onMessage: readonly EnforcedPolicy[];
  /** Makes what policies on messages are shown. */
  readonly contextFor: (context: RequestContext, message: McpMessage) => RequestPolicyContext;
}

function findDenial(
  { onRequest, onMessage, contextFor }: PolicyGroups,
  context: RequestContext,
): NowOrLater<Denial | undefined> {
  const { mcp } = context;
  const messages = mcp?.messages ?? [];
  const progress = { wanting: new Wanting(), turns: new Turns() };
  const ofRequest = (): NowOrLater<Denial | undefined> => {
    if (onRequest.length === 0) return undefined;
    const ctx = policyContext(context, mcp?.isBatch === false ? messages[0] : undefined);
    return denialOf(onRequest, ctx, context, progress);
  };
  const ofMessage = (message: McpMessage, i: number): NowOrLater<Denial | undefined> =>
    goOn(turnAfter(i), () => denialOf(onMessage, contextFor(context, message), context, progress));
  return goOn(ofRequest(), (denial) =>
    goOn(denial ?? firstFound(messages, ofMessage), (found) => found ?? progress.wanting.denial),
  );
}

/**
 * The denial of a request that only lacks scopes. The client is told all the scopes that it needs at once.
 */
class Wanting {
  denial: Denial | undefined;

  add(found: Denial, scopes: readonly string[]): void {
    const { denial } = this;
    this.denial = { ...(denial ?? found), scopes: [...(denial?.scopes ?? []), ...scopes] };
  }
}

/** The first denial for another reason than scopes. */
function denialOf(
  policies: readonly EnforcedPolicy[],
  ctx: RequestPolicyContext,
  context: RequestContext,
  { wanting, turns }: { readonly wanting: Wanting; readonly turns: Turns },
): NowOrLater<Denial | undefined> {
  const ask = (policy: EnforcedPolicy): NowOrLater<Denial | undefined> => {
    if (policy.isShadow) return tryOut(policy, ctx, context);
    return goOn(judge(policy, ctx), (verdict) => {
      if (verdict.allow) return undefined;
      const denial = { policy, message: ctx.mcp, verdict };
      if (verdict.scopes === undefined) return denial;
      wanting.add(denial, verdict.scopes);
      return undefined;
    });
  };
  return firstFound(policies, (policy) =>
    turns.isLong ? turns.next().then(() => ask(policy)) : ask(policy),
  );
}

/**
 * The policy for a request that is only described. If it looks at lists, it only reads what it knows of them:
 * no list comes that it could take note of.
 */
function peeking(policy: EnforcedPolicy): EnforcedPolicy {
  const { watch } = policy;
  return watch === undefined ? policy : { ...policy, check: watch.peek as typeof policy.check };
}

/** The slot. */
export const policies: Slot<
  { readonly policies?: Policy | readonly Policy[] | false; readonly denyAs?: DenyAs },
  RefusalSettings & { readonly enforced: readonly EnforcedPolicy[] },
  'policies'
> = {
  name: 'policies',
  options: ['policies', 'denyAs'],
  read: (_problems, _config, { policies: enforced, denyAs, identity: { challenge } }) =>
    enforced && { enforced, denyAs, challenge },
  needs: ({ enforced }) => mostOf(enforced.map(needOf)),
  build: ({ enforced, ...settings }) => enforcePolicies(enforced, settings),
  rehearse: ({ enforced, ...settings }) =>
    enforcePolicies(enforced.map(peeking), settings, () => []),
};

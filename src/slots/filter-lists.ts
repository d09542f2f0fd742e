import { contextOf, type RequestContext } from '../context.ts';
import type { Middleware } from '../http/middleware.ts';
import type { FunctionFailure } from '../lib/function-failure.ts';
import { firstFound, goOn, type NowOrLater } from '../lib/now-or-later.ts';
import { LIST_KINDS } from '../mcp/lists/list-kinds.ts';
import { eraOfStream } from '../mcp/message/era.ts';
import type { McpMessage } from '../mcp/message/message.ts';
import { isNameOf } from '../mcp/message/named-methods.ts';
import type { ListFilter } from './lists/list-filter.ts';
import { listsOf, mayBringLists } from './lists/list-stage.ts';
import { isForList } from './lists/list-use.ts';
import { judge } from './policies/judge.ts';
import type { EnforcedPolicy } from './policies/policy.ts';
import { policyContext } from './policies/policy-context.ts';
import type { Slot } from './slot.ts';

/**
 * Hides from lists the items that policies would refuse: in the answer to a POST that asks for a list, and on
 * the event stream of a GET, which may bring any list, sent anew or in the older transport. Policies are
 * asked about a request that names the item, without arguments.
 */
export function hideFromLists(policies: readonly EnforcedPolicy[]): Middleware {
  const enforced = policies.filter(({ isShadow }) => !isShadow);
  return function hideFromListsMiddleware(req, _res, next) {
    const context = contextOf(req);
    if (mayBringLists(context)) listsOf(context).filter = new CallerFilter(enforced, context);
    next();
  };
}

/** What one caller may see. */
class CallerFilter implements ListFilter {
  readonly #policies: readonly EnforcedPolicy[];
  readonly #context: RequestContext;
  readonly #era: Pick<McpMessage, 'era' | 'protocolVersion'>;
  /** A failure is reported once, because a policy that fails would fail for every item. */
  #isFailureTold = false;

  constructor(policies: readonly EnforcedPolicy[], context: RequestContext) {
    this.#policies = policies;
    this.#context = context;
    this.#era = context.mcp?.messages.find(isForList) ?? eraOfStream(context.headers);
  }

  allows(method: string, name: string): NowOrLater<boolean> {
    // The message check would refuse a request for such a name.
    if (!isNameOf(method, name)) return false;
    const ctx = policyContext(this.#context, this.#requestFor(method, name));
    const denial = firstFound(this.#policies, (policy) =>
      goOn(judge(policy, ctx), ({ allow, failure }) => {
        if (failure !== undefined) this.#tell(failure);
        return allow ? undefined : policy;
      }),
    );
    return goOn(denial, (found) => found === undefined);
  }

  /** A request as the client would send it, as far as that can be known. */
  #requestFor(method: string, name: string): McpMessage {
    const { era, protocolVersion } = this.#era;
    const key = LIST_KINDS.find(({ itemMethod }) => itemMethod === method)?.key ?? 'name';
    const params = Object.freeze({ __proto__: null, [key]: name });
    return { method, id: 0, idText: '0', params, name, arguments: undefined, era, protocolVersion };
  }

  #tell(failure: FunctionFailure): void {
    if (this.#isFailureTold) return;
    this.#isFailureTold = true;
    this.#context.report('policy_denied', failure);
  }
}

/** The slot. */
export const filterLists: Slot<
  { readonly filterLists?: boolean },
  readonly EnforcedPolicy[],
  'filterLists'
> = {
  name: 'filterLists',
  options: ['filterLists'],
  read(problems, { filterLists: isOn = false }, { policies }) {
    const place = problems.at('filterLists');
    place.flag(isOn);
    if (isOn !== true) return undefined;
    if (policies === undefined) place.add(isOn, 'policies besides, which say what to hide');
    return policies;
  },
  build: (policies) => hideFromLists(policies),
};

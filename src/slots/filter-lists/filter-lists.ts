import type { IncomingMessage } from 'node:http';
import type { AnswerProblem, AnswerStage } from '../../answer-stage.ts';
import type { BodyEditor } from '../../body-editor.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { UNENCODED } from '../../header-edits.ts';
import type { Middleware } from '../../http/middleware.ts';
import type { FunctionFailure } from '../../lib/function-failure.ts';
import { LIST_KINDS } from '../../mcp/lists/list-kinds.ts';
import { eraOfStream } from '../../mcp/message/era.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import { isNameOf } from '../../mcp/message/named-methods.ts';
import { judge } from '../policies/judge.ts';
import type { EnforcedPolicy } from '../policies/policy.ts';
import { policyContext } from '../policies/policy-context.ts';
import type { Slot } from '../slot.ts';
import { listEditor, uneditable } from './list-editor.ts';
import type { ListFilter } from './list-filter.ts';

const LIST_METHODS: ReadonlySet<string> = new Set(LIST_KINDS.map(({ method }) => method));

/**
 * Hides from lists what policies would refuse: of a POST that asks for one, and of a
 * GET, whose event stream may bring any, sent anew or in the older transport. Policies are asked about a request
 * for the thing by its name, without arguments.
 */
export function hideFromLists(policies: readonly EnforcedPolicy[]): Middleware {
  const enforced = policies.filter(({ isShadow }) => !isShadow);
  return function hideFromListsMiddleware(req, _res, next) {
    const context = contextOf(req);
    const asked = context.mcp?.messages.filter(({ method }) => LIST_METHODS.has(method)) ?? [];
    if (req.method === 'GET' || asked.length > 0) {
      const methods = new Set(asked.map(({ method }) => method));
      context.addHeaderEdits(UNENCODED);
      context.addStage(new CallerFilter(enforced, context, methods, asked[0]));
    }
    next();
  };
}

/** What one caller may see. */
class CallerFilter implements ListFilter, AnswerStage {
  readonly methods: ReadonlySet<string>;
  readonly idText: string | undefined;
  readonly #policies: readonly EnforcedPolicy[];
  readonly #context: RequestContext;
  readonly #era: Pick<McpMessage, 'era' | 'protocolVersion'>;
  /** A policy that fails would fail for every item. */
  #isFailureTold = false;

  constructor(
    policies: readonly EnforcedPolicy[],
    context: RequestContext,
    methods: ReadonlySet<string>,
    asked: McpMessage | undefined,
  ) {
    this.#policies = policies;
    this.#context = context;
    this.methods = methods;
    this.idText = context.mcp?.isBatch === false ? asked?.idText : undefined;
    this.#era = asked ?? eraOfStream(context.headers);
  }

  judge(_req: IncomingMessage, answer: UpstreamAnswer): AnswerProblem | undefined {
    const cause = uneditable(answer);
    return cause && { reason: 'upstream_invalid', cause };
  }

  editor(_req: IncomingMessage, answer: UpstreamAnswer): BodyEditor | undefined {
    return listEditor(answer, this);
  }

  report(cause: unknown): void {
    this.#context.report('upstream_invalid', cause);
  }

  async allows(method: string, name: string): Promise<boolean> {
    // The message check would refuse it.
    if (!isNameOf(method, name)) return false;
    const ctx = policyContext(this.#context, this.#requestFor(method, name));
    for (const policy of this.#policies) {
      const { allow, failure } = await judge(policy, ctx);
      if (failure !== undefined) this.#tell(failure);
      if (!allow) return false;
    }
    return true;
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

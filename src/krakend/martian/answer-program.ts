import type { AnswerHead } from '../../answer-stage.ts';
import { contextOf } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import { onWayBack } from '../../slots/way-back.ts';
import type { HeaderPlan } from '../parts/header-plan.ts';
import type { HeaderChange } from './actions.ts';
import type { Step } from './compile.ts';
import { HeaderLines, type Lines } from './header-lines.ts';
import type { RequestProgram } from './request-program.ts';
import { type RunStep, runAll } from './run.ts';

const NONE: Lines = { theirs: [], own: [] };

/** Changes the headers of an answer as the modifiers say. */
export class AnswerProgram {
  readonly #request: RequestProgram;
  readonly #plan: HeaderPlan;
  readonly #steps: RunStep[] = [];
  /** The change of the plan by each modifier, for the case that all changes are always the same. */
  readonly #constants: (() => void)[] = [];
  #isConstant = true;

  constructor(request: RequestProgram, plan: HeaderPlan) {
    this.#request = request;
    this.#plan = plan;
  }

  add({ condition }: Step, { action, names, constant }: HeaderChange): void {
    this.#steps.push({ condition, action });
    if (condition !== undefined || constant === undefined) this.#isConstant = false;
    this.#constants.push(() => {
      for (const name of names) {
        if (constant === null) this.#plan.removeFromAnswer(name);
        else if (constant !== undefined) this.#plan.setInAnswer(name, constant);
      }
    });
  }

  /** The middleware that changes answers; undefined where the plan can express all changes. */
  finish(): Middleware | undefined {
    if (!this.#isConstant) {
      return onWayBack({ head: (req, head) => this.#run(contextOf(req).view, head) });
    }
    for (const apply of this.#constants) apply();
    return undefined;
  }

  #run(ctx: Parameters<RequestProgram['run']>[0], head: AnswerHead): void {
    const fields = new Map(Array.from(head.fields, (field) => [field.name.toLowerCase(), field]));
    const headers = new HeaderLines((lower) => {
      const field = fields.get(lower);
      return field === undefined ? NONE : { theirs: field.values, own: [], isHidden: field.ends };
    });
    runAll(this.#steps, { ctx, headers, request: this.#request.run(ctx) });
    for (const [lower, { name, own, isReplaced }] of headers.changes()) {
      // A header that the service sets or removes in all answers overrides the change of a backend.
      if (this.#plan.isInAnswer(name)) continue;
      const field = fields.get(lower);
      if (isReplaced && field !== undefined) field.ends = true;
      const [first, ...others] = own;
      if (isReplaced && first !== undefined) head.set(name, first);
      for (const line of isReplaced ? others : own) head.add(name, line);
    }
  }
}

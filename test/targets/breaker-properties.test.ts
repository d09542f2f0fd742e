import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Attempt, AttemptFailure } from '../../src/targets/attempt.ts';
import { Breaker, type BreakerChange } from '../../src/targets/breaker.ts';
import { BreakerModel } from './support/breaker-model.ts';

const KINDS: readonly AttemptFailure[] = ['unreachable', 'timeout', 'status', 'lost'];

/** What happens, and how often, compared with others. */
const STEPS = {
  begin: 8,
  beginNoTrial: 2,
  answered: 3,
  failed: 8,
  failedWithRetryAfter: 2,
  endedWell: 2,
  stood: 1,
  left: 3,
  passShort: 4,
  passOpenFor: 3,
  passLong: 1,
  trialBegins: 4,
} as const;

type StepName = keyof typeof STEPS;
type Event = 'answered' | 'failed' | 'failedWithRetryAfter' | 'endedWell' | 'stood' | 'left';

interface Step {
  readonly name: StepName;
  /** Which attempt, which kind, how long: each takes of it what it needs. */
  readonly choice: number;
}

const steps = fc.array(
  fc.record<Step>({
    name: fc.oneof(
      ...Object.entries(STEPS).map(([name, weight]) => ({
        weight,
        arbitrary: fc.constant(name as StepName),
      })),
    ),
    choice: fc.nat(1_000_000),
  }),
  { minLength: 10, maxLength: 60 },
);

const TRANSITIONS = new Set([
  'closed open',
  'open half-open',
  'half-open closed',
  'half-open open',
]);

/** Jest takes long to compare, and there are a million comparisons. */
function expectSame(received: string, expected: string): void {
  if (received !== expected) expect(received).toBe(expected);
}

/** A breaker and its model, which have to agree after each step. */
class Both {
  readonly model: BreakerModel;
  readonly breaker: Breaker;
  readonly changes: BreakerChange[] = [];
  readonly #openFor: number;
  readonly #attempts: Attempt[] = [];

  constructor(failures: number, openFor: number, random: () => number) {
    this.#openFor = openFor;
    this.model = new BreakerModel(failures, openFor);
    this.breaker = new Breaker(
      { failures, openForMs: openFor, statuses: new Set() },
      { now: () => this.model.now, random },
      (change) => this.changes.push(change),
    );
  }

  do({ name, choice }: Step): void {
    switch (name) {
      case 'begin':
      case 'beginNoTrial':
        this.begin(name === 'begin');
        break;
      case 'passShort':
        this.model.pass(1 + (choice % this.#openFor) / 4);
        break;
      case 'passOpenFor':
        this.model.pass(this.#openFor * (1 + (choice % 3) / 20));
        break;
      case 'passLong':
        this.model.pass(this.#openFor * (1 + (choice % 20)));
        break;
      case 'trialBegins':
        if (this.model.state === 'open') this.model.pass(this.model.openUntil - this.model.now);
        this.begin(true);
        break;
      default:
        this.#tell(name, choice);
    }
    this.#settleOpening();
    this.#compare();
  }

  begin(mayTry: boolean): void {
    const mayBegin = this.model.mayBegin(mayTry);
    const admits = this.breaker.admits(mayTry);
    const attempt = this.breaker.begin(mayTry);
    expectSame([admits, attempt !== undefined].join(), [mayBegin, mayBegin].join());
    if (attempt === undefined) return;
    this.#attempts.push(attempt);
    this.model.begin();
  }

  #tell(name: Event, choice: number): void {
    // Half of all events are those of the last one: it is the one that matters where it is a trial.
    const count = this.#attempts.length;
    const at = choice % 2 === 0 ? count - 1 : Math.floor(choice / 2) % Math.max(1, count);
    const attempt = this.#attempts[at];
    const known = this.model.attempts[at];
    if (attempt === undefined || known === undefined) return;
    const kind = KINDS[choice % KINDS.length] as AttemptFailure;
    const retryAfter = name === 'failedWithRetryAfter' ? 1 + choice : undefined;
    if (name === 'failed' || name === 'failedWithRetryAfter') {
      attempt.failed(kind, retryAfter);
      this.model.failed(known, kind, retryAfter);
    } else {
      attempt[name]();
      this.model[name](known);
    }
  }

  /** How long it has opened is within bounds; the model takes it from there. */
  #settleOpening(): void {
    const { opening } = this.model;
    if (opening === undefined) return;
    const ms = this.breaker.retryAt - this.model.now;
    const isWithin = ms >= opening.least - 1e-6 && ms <= opening.most + 1e-6;
    if (!isWithin) expect([ms, opening]).toBe('within bounds');
    this.model.openUntil = this.breaker.retryAt;
    this.model.opening = undefined;
  }

  #compare(): void {
    const { state, failures, lastFailure, retryAt } = this.breaker;
    const { model } = this;
    const isAhead = retryAt > model.now;
    expectSame(
      `${state}, ${failures} failures, last ${lastFailure}, time ahead: ${isAhead}`,
      `${model.state}, ${model.row.length} failures, last ${model.lastFailure}, time ahead: ${model.state === 'open'}`,
    );
  }

  endAll(): void {
    for (const [at, attempt] of this.#attempts.entries()) {
      attempt.left();
      const known = this.model.attempts[at];
      if (known) this.model.left(known);
    }
  }
}

const inputs = [
  fc.integer({ min: 1, max: 4 }),
  fc.constantFrom(1_000, 30_000, 200_000, 900_000),
  fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }),
  steps,
] as const;

test('a breaker does what the table says, whatever happens in whatever order', () => {
  const seen = { opened: 0, doubled: 0, closed: 0, trialsLeft: 0, forgotten: 0, capped: 0 };
  fc.assert(
    fc.property(...inputs, (failures, openFor, chances, list) => {
      let draws = 0;
      const both = new Both(failures, openFor, () => chances[draws++ % chances.length] ?? 0);
      let row = 0;
      for (const step of list) {
        const { changes } = both;
        const wasHalfOpen = changes.at(-1)?.state === 'half-open';
        both.do(step);
        if (wasHalfOpen && step.name === 'left' && both.breaker.admits(true)) seen.trialsLeft += 1;
        if (both.model.row.length < row && step.name.startsWith('pass')) seen.forgotten += 1;
        row = both.model.row.length;
      }
      for (const [i, { state, previous }] of both.changes.entries()) {
        expectSame(previous, both.changes[i - 1]?.state ?? 'closed');
        if (!TRANSITIONS.has(`${previous} ${state}`)) expect(state).toBe(`after ${previous}`);
        if (state === 'open') seen.opened += 1;
        if (state === 'open' && previous === 'half-open') seen.doubled += 1;
        if (state === 'closed') seen.closed += 1;
      }
      if (both.breaker.retryAt - both.model.now === 300_000) seen.capped += 1;
      // No place is lost: when all is over, and the time too, a host may be tried.
      both.endAll();
      both.model.pass(1_000_000);
      both.begin(true);
      if (both.model.state === 'half-open') both.begin(true);
    }),
    { numRuns: 10_000 },
  );
  // All of that has happened, and not once by chance.
  for (const [what, count] of Object.entries(seen)) {
    expect([what, count > 100]).toEqual([what, true]);
  }
});

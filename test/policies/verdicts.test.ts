import { describe, expect, test } from '@jest/globals';
import {
  allowTools,
  denyTools,
  type Policy,
  type PolicyCheck,
  type PolicyContext,
} from '../../src/index.ts';
import { errorOf } from '../support/client/refusal.ts';
import { post } from '../support/client/send.ts';
import { call, message } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

const SECRET = 'detail-of-the-policy';

/** What JavaScript may give where the types allow nothing of the kind. */
const untyped = (check: () => unknown) => check as PolicyCheck;

const never = () => new Promise<never>(() => {});

/** A thenable that does what a promise of another library might. */
const thenable = (
  then: (resolve: (value: unknown) => void, reject: (e: unknown) => void) => void,
) => untyped(() => ({ then }));

/** A policy with members of its own. */
class Names {
  readonly name = 'names';
  readonly #allowed: string;
  readonly kind = 'own';

  constructor(allowed: string) {
    this.#allowed = allowed;
  }

  check({ mcp }: PolicyContext): boolean {
    return mcp.name === this.#allowed;
  }
}

describe('what allows, and what denies', () => {
  test.each<[what: string, policies: Policy | Policy[]]>([
    ['true', () => true],
    ['a promise of true', async () => true],
    ['{ allow: true }', () => ({ allow: true })],
    ['a promise of { allow: true }', async () => ({ allow: true, reason: 'fine' })],
    ['a thenable', thenable((resolve) => resolve(true))],
    [
      'a thenable that also rejects, later',
      thenable((yes, no) => {
        yes(true);
        no(SECRET);
      }),
    ],
    ['a rule', { name: 'rule', check: () => true }],
    ['a rule without a time', { name: 'rule', check: async () => true, timeout: false }],
    ['several, all of which do', [() => true, { name: 'b', check: async () => true }]],
    ['allowTools', allowTools('t*')],
    ['denyTools', denyTools('x')],
    ['an object of a class', new Names('tool')],
  ])('%s allows', async (_what, policies) => {
    const { port, forwarded, errors } = await guarded(policies);
    expect((await post(port, call('tool'))).status).toBe(200);
    expect(forwarded()).toEqual([call('tool')]);
    expect(errors).toEqual([]);
  });

  test.each<[what: string, policies: Policy | Policy[]]>([
    ['false', () => false],
    ['a promise of false', async () => false],
    ['{ allow: false }', () => ({ allow: false })],
    ['a promise of { allow: false }', async () => ({ allow: false })],
    ['the first of several', [() => false, () => true]],
    ['the last of several', [() => true, async () => true, () => false]],
    ['allowTools', allowTools('x')],
    ['denyTools', denyTools('t*')],
    ['{ allow: false, scopes: null }', untyped(() => ({ allow: false, scopes: null }))],
    ['an object of a class', new Names('x')],
  ])('%s denies', async (_what, policies) => {
    const { port, upstream, errors } = await guarded(policies);
    const answer = await post(port, call('tool'));
    expect([answer.status, errorOf(answer).data.reason]).toEqual([403, 'policy_denied']);
    expect(errors.map(({ reason, cause }) => [reason, cause])).toEqual([
      ['policy_denied', undefined],
    ]);
    expect(upstream.seen).toEqual([]);
  });

  test('the policies behind one that denies are not asked', async () => {
    const asked: string[] = [];
    const { port } = await guarded([
      () => asked.push('first') > 0,
      () => asked.push('second') === 0,
      () => asked.push('third') > 0,
    ]);
    await post(port, call('tool'));
    expect(asked).toEqual(['first', 'second']);
  });
});

describe('a policy that fails denies, is reported with its cause, and leaks nothing', () => {
  const failure = new Error(SECRET);
  const wrong = expect.any(TypeError);
  const other = expect.objectContaining({ cause: SECRET });

  test.each<[what: string, check: PolicyCheck, cause: unknown]>([
    [
      'throws',
      () => {
        throw failure;
      },
      failure,
    ],
    [
      'rejects',
      async () => {
        throw failure;
      },
      failure,
    ],
    [
      'throws something else',
      () => {
        throw SECRET;
      },
      other,
    ],
    ['rejects with something else', () => Promise.reject(SECRET), other],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      expect.any(Error),
    ],
    ['gives undefined', untyped(() => undefined), wrong],
    ['gives null', untyped(() => null), wrong],
    ['gives a promise of undefined', untyped(async () => undefined), wrong],
    ["gives 'yes'", untyped(() => 'yes'), wrong],
    ['gives 1', untyped(() => 1), wrong],
    ['gives an empty object', untyped(() => ({})), wrong],
    ['gives a list', untyped(() => [true]), wrong],
    ["gives { allow: 'true' }", untyped(() => ({ allow: 'true', message: SECRET })), wrong],
    ['gives { allow: 1 }', untyped(() => ({ allow: 1 })), wrong],
    ['gives a boxed true', untyped(() => Object(true)), wrong],
    [
      'gives a function that says so',
      untyped(() => Object.assign(() => true, { allow: true })),
      wrong,
    ],
    ['gives a function', untyped(() => () => true), wrong],
    ['gives a promise of a policy that allows', untyped(async () => () => true), wrong],
    ['gives a thenable that rejects', thenable((_yes, no) => no(failure)), failure],
    ['gives a thenable of 1', thenable((yes) => yes(1)), wrong],
    [
      'gives a thenable that throws',
      thenable(() => {
        throw failure;
      }),
      failure,
    ],
    [
      'gives what cannot be read',
      untyped(() => ({
        get allow() {
          throw failure;
        },
      })),
      failure,
    ],
    [
      'gives a message that is no text',
      untyped(() => ({
        allow: false,
        message: {
          toString() {
            throw failure;
          },
        },
      })),
      failure,
    ],
  ])('one that %s', async (_what, check, cause) => {
    const { port, upstream, errors, decisions } = await guarded(check);
    const answer = await post(port, call('t'));
    expect(answer.status).toBe(403);
    expect(errorOf(answer)).toMatchObject({ code: 403, data: { reason: 'policy_denied' } });
    expect(errorOf(answer).message).toMatch(/policy of the gateway does not allow this/);
    expect(answer.body + answer.head).not.toContain(SECRET);
    expect(errors.map(({ reason }) => reason)).toEqual(['policy_denied']);
    expect(errors[0]?.cause).toEqual(cause);
    expect(decisions).toMatchObject([{ outcome: 'deny', detail: 'the policy failed' }]);
    expect(upstream.seen).toEqual([]);
  });

  test.each<[what: string, check: PolicyCheck]>([
    ['never resolves', never],
    ['gives a thenable that never resolves', thenable(() => {})],
  ])('one that %s, at its timeout', async (_what, check) => {
    const { port, upstream, errors } = await guarded({ name: 'slow', check, timeout: 150 });
    const answer = await post(port, call('t'));
    expect([answer.status, errorOf(answer).data.reason]).toEqual([403, 'policy_denied']);
    expect(errors.map(({ cause }) => String(cause))).toEqual([expect.stringContaining('150 ms')]);
    expect(upstream.seen).toEqual([]);
  });

  test.each<
    [what: string, settle: (resolve: (v: boolean) => void, reject: (e: Error) => void) => void]
  >([
    ['allows', (resolve) => resolve(true)],
    ['fails', (_resolve, reject) => reject(failure)],
  ])('one that %s after its timeout: nothing comes of it', async (_what, settle) => {
    const late = Promise.withResolvers<boolean>();
    const { port, forwarded, errors } = await guarded({
      name: 'late',
      check: ({ mcp }) => mcp.name === 'quick' || late.promise,
      timeout: 150,
    });
    expect((await post(port, call('t'))).status).toBe(403);
    settle(late.resolve, late.reject);
    expect((await post(port, call('quick'))).status).toBe(200);
    expect(forwarded()).toEqual([call('quick')]);
    expect(errors).toHaveLength(1);
  });

  test('a failure is that of one request: the next is judged anew', async () => {
    let calls = 0;
    const { port, forwarded } = await guarded(() => {
      if (calls++ === 0) throw failure;
      return true;
    });
    expect((await post(port, message('ping'))).status).toBe(403);
    expect((await post(port, message('ping'))).status).toBe(200);
    expect(forwarded()).toEqual([message('ping')]);
  });
});

describe('scopes that are none deny, and no challenge is made of them', () => {
  test.each([
    ['a number', 1],
    ['a text', 'repo:write'],
    ['none in the list', []],
    ['not texts', [1]],
    ['a line break', ['a\r\nX: y']],
    ['a quote', ['a" error="invalid_token']],
    ['not ASCII', ['é']],
  ])('%s', async (_what, scopes) => {
    const { port, upstream, errors } = await guarded(untyped(() => ({ allow: false, scopes })));
    const answer = await post(port, call('tool'));
    expect([answer.status, errorOf(answer).data.reason]).toEqual([403, 'policy_denied']);
    expect(answer.head).not.toMatch(/www-authenticate/i);
    expect(errors.map(({ cause }) => cause)).toEqual([
      new TypeError('The scopes of a decision are a list of scopes'),
    ]);
    expect(upstream.seen).toEqual([]);
  });
});

test('an answer that changes while it is looked at is what it was at the first look', async () => {
  let looks = 0;
  const decision = {
    get allow() {
      looks += 1;
      return looks === 1 ? false : 'yes';
    },
  };
  const { port } = await guarded(untyped(() => decision));
  expect((await post(port, call('tool'))).status).toBe(403);
});

test('policies that take long give others a turn in between', async () => {
  const turns: boolean[] = [];
  let hadTurn = true;
  const long = () => {
    turns.push(hadTurn);
    hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    const end = performance.now() + 20;
    while (performance.now() < end);
    return true;
  };
  const { port } = await guarded([long, long]);
  expect((await post(port, `[${call('a')},${call('b')}]`)).status).toBe(200);
  expect(turns).toEqual([true, true, true, true]);
});

import { describe, expect, test } from '@jest/globals';
import { allowTools, denyTools, type Policy, type RequestRecord } from '../../src/index.ts';
import { errorOf } from '../support/client/refusal.ts';
import { post } from '../support/client/send.ts';
import { call, message } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

const ROW = 'A policy of the gateway does not allow this; do not send it again';
const check = () => ({ allow: false, reason: 'internal-reason' });

describe('what the client is told: the decision over the rule over the table', () => {
  test.each<[policy: Policy, told: string]>([
    [() => false, ROW],
    [check, ROW],
    [{ name: 'rule', check }, ROW],
    [{ name: 'rule', check: () => false, message: 'Use staging' }, 'Use staging'],
    [{ name: 'rule', check, message: 'Use staging' }, 'Use staging'],
    [() => ({ allow: false, message: 'Use branch b' }), 'Use branch b'],
    [
      { name: 'rule', check: () => ({ allow: false, message: 'Use branch b' }), message: 'no' },
      'Use branch b',
    ],
    [
      () => ({ allow: false, message: 'quote " and \u00e9, \u2028 and \ud800' }),
      'quote " and \u00e9, \u2028 and \ud800',
    ],
    [{ ...denyTools('x'), message: 'Ask Bob' }, 'Ask Bob'],
  ])('%#', async (policy, told) => {
    for (const denyAs of ['http', 'jsonrpc'] as const) {
      const { port } = await guarded(policy, { denyAs });
      const answer = await post(port, call('x'));
      expect(errorOf(answer).message).toBe(told);
      expect(answer.body).not.toContain('internal-reason');
    }
  });

  test.each([denyTools('x'), allowTools('t')])(
    '%s says what a model can act on',
    async (policy) => {
      const { port } = await guarded(policy);
      const { message } = errorOf(await post(port, call('x')));
      expect(message).toMatch(/not allowed.*Do not call it again; use another tool/);
    },
  );

  test.each([null, undefined])('a message of %s is none', async (message) => {
    const decide = (() => ({ allow: false, message, reason: message })) as unknown as Policy;
    const { port, decisions } = await guarded(decide);
    expect(errorOf(await post(port, call('x'))).message).toBe(ROW);
    expect(decisions[0]?.detail).toBeUndefined();
  });

  test('what an allowing policy says is told to nobody', async () => {
    const { port } = await guarded(() => ({ allow: true, reason: 'r', message: 'marker' }));
    const answer = await post(port, message('ping'));
    expect([answer.status, answer.body.includes('marker')]).toEqual([200, false]);
  });
});

describe('what observers are told', () => {
  test('the policy, its reason, and nothing that was sent', async () => {
    const records: RequestRecord[] = [];
    const { port } = await guarded([() => true, { name: 'own', check }], {
      observe: { onClose: (record) => records.push(record) },
    });
    await post(port, call('x', { args: '{"a":"marker"}' }));
    expect(records).toMatchObject([
      { slot: 'policies', reason: 'policy_denied', policy: 'own', detail: 'internal-reason' },
    ]);
    expect(JSON.stringify(records)).not.toContain('marker');
  });

  test.each<[policy: Policy | Policy[], name: string]>([
    [denyTools('a', 'x*'), 'denyTools(a, x*)'],
    [allowTools('t'), 'allowTools(t)'],
    [
      function onlyReads() {
        return false;
      },
      'onlyReads',
    ],
    [[() => false], 'policy 1'],
    [[() => true, () => false], 'policy 2'],
    [
      (
        () => () =>
          false
      )(),
      'policy',
    ],
    [
      {
        name: 'own',
        check: function other() {
          return false;
        },
      },
      'own',
    ],
  ])('a policy by its name: %#', async (policy, name) => {
    const { port, decisions } = await guarded(policy);
    await post(port, call('x'));
    expect(decisions).toMatchObject([{ outcome: 'deny', reason: 'policy_denied', policy: name }]);
  });
});

describe('mode: shadow', () => {
  const shadows: [what: string, policy: Policy][] = [
    ['denyTools', { ...denyTools('x'), mode: 'shadow' }],
    ['allowTools', { ...allowTools('t'), mode: 'shadow' }],
    ['a rule', { name: 'own', check, mode: 'shadow', message: 'marker' }],
    [
      'one that throws',
      {
        name: 'own',
        check: () => {
          throw new Error('marker');
        },
        mode: 'shadow',
      },
    ],
  ];

  test.each(shadows)('%s refuses nothing, and observers are told', async (_what, policy) => {
    const { port, forwarded, decisions } = await guarded(policy);
    const answer = await post(port, call('x'));
    expect([answer.status, answer.body.includes('marker')]).toEqual([200, false]);
    expect(forwarded()).toEqual([call('x')]);
    const { name } = policy as { name: string };
    expect(decisions).toMatchObject([
      { outcome: 'deny', policy: name, mode: 'shadow' },
      { outcome: 'allow' },
    ]);
    expect(decisions).toHaveLength(2);
  });

  test('nobody waits for one that takes its time', async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const own: Policy = { name: 'own', check: () => promise, mode: 'shadow', timeout: false };
    const { port, forwarded, decisions } = await guarded(own);
    // It would wait for ever: nothing decides before the answer is there.
    expect((await post(port, call('x'))).status).toBe(200);
    resolve(false);
    expect(forwarded()).toEqual([call('x')]);
    expect(decisions).toMatchObject([{ outcome: 'allow' }]);
  });

  test('the reason goes to observers', async () => {
    const { port, decisions } = await guarded({ name: 'own', check, mode: 'shadow' });
    await post(port, call('x'));
    expect(decisions[0]?.detail).toBe('internal-reason');
  });

  test('what it would have allowed is not told', async () => {
    const { port, decisions } = await guarded({ ...denyTools('x'), mode: 'shadow' });
    await post(port, call('t'));
    expect(decisions).toMatchObject([{ outcome: 'allow' }]);
  });

  test('one beside it still refuses, before or behind', async () => {
    const shadow: Policy = { ...denyTools('x'), mode: 'shadow' };
    for (const policies of [
      [shadow, denyTools('*')],
      [denyTools('*'), shadow],
    ]) {
      const { port, upstream } = await guarded(policies);
      expect((await post(port, call('x'))).status).toBe(403);
      expect(upstream.seen).toEqual([]);
    }
  });

  test("mode: 'enforce' is the default", async () => {
    const { port } = await guarded({ ...denyTools('x'), mode: 'enforce' });
    expect((await post(port, call('x'))).status).toBe(403);
  });

  test('the strict check is not in shadow', async () => {
    const { port, upstream } = await guarded({ ...denyTools('x'), mode: 'shadow' });
    expect((await post(port, call('t').replace('"id":1', '"id":1,"id":1'))).status).toBe(400);
    expect(upstream.seen).toEqual([]);
  });
});

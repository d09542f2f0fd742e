import { describe, expect, test } from '@jest/globals';
import { BACKEND_EXTRA, ENDPOINT, EXTRA, pathOf, type Step } from './support/base.ts';
import { outcomeOf } from './support/outcome.ts';
import { type Change, changed, runningWith, tokenIssuer } from './support/running.ts';
import type { Asked } from './support/start.ts';

const OWN = [...EXTRA, 'security/policies'];
const AT_BACKEND = [...BACKEND_EXTRA, 'security/policies'];
const HEADER = "'a' in req_headers['X-A']";

describe('policies about requests', () => {
  test.each<[what: string, policies: string[], asked: Asked, status: number]>([
    ['one that holds', [HEADER], { headers: { 'x-a': 'a' } }, 200],
    ['one that does not', [HEADER], { headers: { 'x-a': 'b' } }, 403],
    ['one about what is not there', [HEADER], {}, 403],
    ['all of several', [HEADER, "req_method == 'POST'"], { headers: { 'x-a': 'a' } }, 200],
    ['not all of several', [HEADER, "req_method == 'GET'"], { headers: { 'x-a': 'a' } }, 403],
    ['one with the name of a function in a text', ["'between(1)' != 'a'"], {}, 200],
  ])('%s', async (_what, policies, asked, status) => {
    for (const at of [OWN, AT_BACKEND]) {
      const { ask, upstream } = await runningWith([
        [[...ENDPOINT, 'input_headers'], ['X-A']],
        [at, { req: { policies }, debug: true, disable_macros: true, auto_join_policies: true }],
      ]);
      expect((await ask(asked)).status).toBe(status);
      expect(upstream.seen).toHaveLength(status === 200 ? 1 : 0);
    }
  });

  test('hold for GET and DELETE too', async () => {
    const { endpoints } = changed([[OWN, { req: { policies: [HEADER] } }]]) as {
      readonly endpoints: readonly object[];
    };
    const [first] = endpoints;
    const { statuses } = await runningWith([
      [['endpoints'], ['POST', 'GET', 'DELETE'].map((method) => ({ ...first, method }))],
    ]);
    expect(await statuses([{ method: 'POST' }, { method: 'GET' }, { method: 'DELETE' }])).toEqual([
      403, 403, 403,
    ]);
  });

  test('say that their own answers are not sent', () => {
    const { problems, warnings } = outcomeOf(
      changed([[OWN, { req: { policies: ['true'], error: { status: 418, body: 'no' } } }]]),
    );
    expect(problems).toEqual([]);
    expect(warnings).toContainEqual({
      path: pathOf([...OWN, 'req', 'error']),
      message: expect.stringMatching(/403/),
    });
  });
});

describe('policies about tokens', () => {
  test.each<[policies: string[], claims: object, status: number]>([
    [["JWT.role in ['admin', 'root']"], { role: 'root' }, 200],
    [["JWT.role in ['admin', 'root']"], { role: 'user' }, 403],
    [["JWT.role in ['admin', 'root']"], {}, 403],
    [
      ["has(JWT.department) && JWT.department in ['IT']", "JWT.sub == 'ada'"],
      { department: 'IT' },
      200,
    ],
    [
      ["has(JWT.department) && JWT.department in ['IT']", "JWT.sub == 'bob'"],
      { department: 'IT' },
      403,
    ],
  ])('%j with %j: %i', async (policies, claims, status) => {
    const { validator, bearer } = await tokenIssuer();
    const { ask, statuses, upstream } = await runningWith([
      [[...EXTRA, 'auth/validator'], validator],
      [OWN, { jwt: { policies } }],
    ]);
    expect((await ask({ headers: { authorization: await bearer(claims) } })).status).toBe(status);
    expect(upstream.seen).toHaveLength(status === 200 ? 1 : 0);
    expect(await statuses([{}])).toEqual([401]);
  });
});

describe('policies that would be skipped, or cannot be asked, are refused', () => {
  test.each<[what: string, at: readonly Step[], value: unknown, path: readonly Step[], RegExp]>([
    ['none', OWN, {}, OWN, /checks nothing/],
    ['an empty list', OWN, { req: { policies: [] } }, [...OWN, 'req', 'policies'], /expression/],
    ['no list', OWN, { req: {} }, [...OWN, 'req', 'policies'], /expression/],
    [
      'about a token that nobody asks for',
      OWN,
      { jwt: { policies: ['true'] } },
      [...OWN, 'jwt'],
      /without auth\/validator/,
    ],
    [
      'about a token at a backend',
      AT_BACKEND,
      { jwt: { policies: ['true'] } },
      [...AT_BACKEND, 'jwt'],
      /at the endpoint/,
    ],
    [
      'about answers',
      OWN,
      { resp: { policies: ['true'] } },
      [...OWN, 'resp'],
      /call has been made/,
    ],
    [
      'about answers, at a backend',
      AT_BACKEND,
      { resp: { policies: ['resp_metadata_status == 200'] } },
      [...AT_BACKEND, 'resp'],
      /call has been made/,
    ],
    [
      'about answers among those about requests',
      OWN,
      { req: { policies: ['resp_completed'] } },
      [...OWN, 'req', 'policies', 0],
      /call has been made/,
    ],
    [
      'with a macro',
      OWN,
      { req: { policies: ['true', 'between(2, 1, 3)'] } },
      [...OWN, 'req', 'policies', 1],
      /between is no function of CEL; macros of KrakenD Enterprise/,
    ],
    [
      'with a macro as a method',
      OWN,
      { req: { policies: ["isEmpty(req_headers['A'])"] } },
      [...OWN, 'req', 'policies', 0],
      /isEmpty is no function/,
    ],
    [
      'that do not parse',
      OWN,
      { req: { policies: ['req_method =='] } },
      [...OWN, 'req', 'policies', 0],
      /./,
    ],
    [
      'that are never true',
      OWN,
      { req: { policies: ['req_method > 5'] } },
      [...OWN, 'req', 'policies', 0],
      /./,
    ],
    [
      'in a list of objects',
      OWN,
      { req: { policies: [{ check_expr: 'true' }] } },
      [...OWN, 'req', 'policies', 0],
      /a text/,
    ],
    [
      'under a misspelt key',
      OWN,
      { reqs: { policies: ['true'] } },
      [...OWN, 'reqs'],
      /req is probably meant/,
    ],
  ])('%s', (_what, at, value, path, message) => {
    const change: Change = [at, value];
    expect(outcomeOf(changed([change])).problems).toContainEqual(
      expect.objectContaining({ path: pathOf(path), message: expect.stringMatching(message) }),
    );
  });
});

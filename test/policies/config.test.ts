import { describe, expect, test } from '@jest/globals';
import {
  allowTools,
  createMcpGateway,
  denyTools,
  type GatewayConfig,
  policy,
  requireScopes,
} from '../../src/index.ts';
import { pathsOf, problemsOf } from '../support/config-error.ts';

const target = 'http://127.0.0.1:1/mcp';
const rule = { name: 'r', check: () => true };

const inGateway = (config: object) => () =>
  createMcpGateway({ target, ...config } as GatewayConfig);
// biome-ignore lint/suspicious/noExplicitAny: what the types would refuse.
const untyped = (value: unknown): any => value;

describe('a mistake in policies names its path', () => {
  test.each<[path: string, policies: unknown]>([
    ['policies', []],
    ['policies', true],
    ['policies', null],
    ['policies', 'delete_*'],
    ['policies', 1],
    ['policies[0]', [undefined]],
    ['policies[1]', [rule, false]],
    ['policies[0]', [[rule]]],
    // biome-ignore lint/suspicious/noSparseArray: what is tested.
    ['policies[0]', [, rule]],
    // biome-ignore lint/suspicious/noSparseArray: what is tested.
    ['policies[1]', [rule, , rule]],
    ['policies.check', { name: 'r' }],
    ['policies.check', { name: 'r', check: true }],
    ['policies.name', { check: () => true }],
    ['policies.name', { ...rule, name: '' }],
    ['policies.mode', { ...rule, mode: 'Shadow' }],
    ['policies.mode', { ...rule, mode: false }],
    ['policies.message', { ...rule, message: 1 }],
    ['policies.timeout', { ...rule, timeout: 'soon' }],
    ['policies.timeout', { ...rule, timeout: -1 }],
    ['policies.timeout', { ...rule, timeout: true }],
    ['policies.modes', { ...rule, modes: 'shadow' }],
    ['policies[1].mode', [rule, { ...rule, mode: 'off' }]],
    ['policies[2].check', [rule, rule, { name: 'r', check: rule }]],
  ])('%s', (path, policies) => {
    expect(pathsOf(inGateway({ policies }))).toEqual([path]);
  });

  test.each(['policies', 'rateLimit', 'auth', 'observe', 'use'])('a hole in %s', (option) => {
    // biome-ignore lint/suspicious/noSparseArray: what is tested.
    const problems = problemsOf(inGateway({ [option]: [,] }));
    expect(problems).toEqual([
      expect.objectContaining({ path: `${option}[0]`, expected: expect.stringMatching(/./) }),
    ]);
    expect(problemsOf(inGateway({ [option]: [] }))).toEqual([
      expect.objectContaining({ path: option, given: 'an empty array' }),
    ]);
  });

  test('requireScopes without a name would deny nothing', () => {
    const [problem, ...others] = problemsOf(() => requireScopes({}));
    expect(problem).toMatchObject({ path: '', expected: expect.stringContaining("'delete_*'") });
    expect(others).toEqual([]);
    expect(problemsOf(() => requireScopes({ 'delete_*': [] }))).toMatchObject([
      { path: 'delete_*', given: 'an empty array' },
    ]);
  });

  test('all of them at once', () => {
    const policies = [{ name: '', check: 1, mode: 'x', message: 2, timeout: 'y' }, 7];
    const paths = pathsOf(inGateway({ policies, denyAs: 'rpc' }));
    expect(new Set(paths)).toEqual(
      new Set([
        ...['name', 'check', 'mode', 'message', 'timeout'].map((key) => `policies[0].${key}`),
        'policies[1]',
        'denyAs',
      ]),
    );
  });

  test.each(['HTTP', true, null, 'result'])('denyAs: %j', (denyAs) => {
    const [problem, ...others] = problemsOf(inGateway({ denyAs }));
    expect(problem).toMatchObject({ path: 'denyAs', expected: "'http', 'jsonrpc' or 'unknown'" });
    expect(others).toEqual([]);
  });

  test('the key that was probably meant is named', () => {
    const [problem] = problemsOf(inGateway({ policies: { ...rule, mesage: 'a' } }));
    expect([problem?.path, problem?.expected]).toEqual(['policies.mesage', 'message']);
    expect(problemsOf(inGateway({ polices: rule }))[0]?.expected).toBe('policies');
  });

  test.each([
    [undefined],
    [false],
    [rule],
    [() => true],
    [[rule, () => true, denyTools('x')]],
    [{ ...rule, mode: 'shadow', message: '', timeout: false }],
    [{ ...rule, timeout: '1s' }],
    [{ ...rule, mode: undefined, message: undefined, timeout: undefined }],
  ])('%j is none', (policies) => {
    expect(problemsOf(inGateway(policies === undefined ? {} : { policies }))).toEqual([]);
  });
});

describe('a mistake in policy() names its place', () => {
  test.each<[path: string, policies: unknown[]]>([
    ['', []],
    ['[0]', [undefined]],
    ['[0]', [[rule]]],
    ['[1].check', [rule, { name: 'r' }]],
    ['[0].mode', [{ ...rule, mode: 'x' }]],
  ])('%j', (path, policies) => {
    expect(pathsOf(() => policy(...untyped(policies)))).toEqual([path]);
  });
});

describe.each([
  ['allowTools', allowTools],
  ['denyTools', denyTools],
])('a mistake in %s', (_name, factory) => {
  test.each([
    ['no name', []],
    ['an empty one', ['']],
    ['a list', [['delete_*']]],
    ['a pattern of another kind', [/delete_.*/]],
    ['nothing', [undefined]],
    ['one among others', ['a', 1]],
  ])('%s', (_what, globs) => {
    const problems = problemsOf(() => factory(...untyped(globs)));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.expected).toContain("'delete_*'");
  });
});

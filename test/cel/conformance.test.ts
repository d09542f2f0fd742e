import {
  type CelInput,
  type CelValue,
  celMap,
  celUint,
  isCelError,
  isCelList,
  isCelMap,
  isCelUint,
  parse,
} from '@bufbuild/cel';
import type { Value } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js';
import { describe, expect, test } from '@jest/globals';
import { budget } from '../../src/cel/budget.ts';
import { checkExpression } from '../../src/cel/check.ts';
import { ENVIRONMENT } from '../../src/cel/environment.ts';
import { evaluator } from '../../src/cel/program.ts';

/** The parts of the published cases that are about what expressions may use here. */
const SUITES: Readonly<Record<string, readonly string[]>> = {
  basic: ['self_eval_zeroish', 'self_eval_nonzeroish', 'variables', 'functions', 'reserved_const'],
  comparisons: [
    'eq_literal',
    'ne_literal',
    'lt_literal',
    'gt_literal',
    'lte_literal',
    'gte_literal',
    'in_list_literal',
    'in_map_literal',
    'bound',
  ],
  conversions: ['bytes', 'double', 'dyn', 'int', 'string', 'type', 'uint', 'bool', 'identity'],
  fields: ['map_fields', 'map_has', 'in'],
  fp_math: ['fp_math'],
  integer_math: ['int64_math', 'uint64_math'],
  lists: ['concatenation', 'index', 'in', 'size'],
  logic: ['conditional', 'AND', 'OR', 'NOT'],
  macros: ['exists', 'all', 'exists_one', 'map', 'filter', 'nested'],
  parse: [
    'nest',
    'repeat',
    'string_literals',
    'bytes_literals',
    'whitespace',
    'comments',
    'selectors',
  ],
  plumbing: ['min', 'eval_results', 'check_inputs', 'eval_inputs'],
  string: [
    'size',
    'starts_with',
    'ends_with',
    'matches',
    'concatenation',
    'contains',
    'bytes_concat',
  ],
  timestamps: [
    'timestamp_conversions',
    'duration_conversions',
    'timestamp_selectors',
    'timestamp_selectors_tz',
    'timestamp_equality',
    'duration_equality',
    'timestamp_arithmetic',
    'comparisons',
    'duration_converters',
    'timestamp_range',
    'duration_range',
  ],
};

/** What is not made here: messages of Protocol Buffers, and what is bound to them. */
const OF_MESSAGES = /TestAllTypes|google\.protobuf|NestedEnum|GlobalEnum|cel\.expr/;

const cases = Object.entries(SUITES).flatMap(([suite, groups]) =>
  groups.flatMap((group) =>
    casesOf(suite, group)
      .filter(({ original: { expr, container, bindings, resultMatcher } }) => {
        const data = JSON.stringify([bindings, resultMatcher], bigints);
        return container === '' && !OF_MESSAGES.test(expr) && !data.includes('objectValue');
      })
      .map((found): [name: string, found: IncrementalTest] => [
        `${suite} ${group} ${found.name}`,
        found,
      ]),
  ),
);

function casesOf(suite: string, group: string): readonly IncrementalTest[] {
  const found = find(find(getConformanceSuite().suites, suite).suites, group);
  return found.tests;
}

function find(suites: readonly IncrementalTestSuite[], name: string): IncrementalTestSuite {
  const found = suites.find((suite) => suite.name === name);
  if (found === undefined) throw new Error(`The cases have no ${name} any more`);
  return found;
}

function bigints(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function inputOf({ kind }: Value): CelInput {
  switch (kind.case) {
    case 'uint64Value':
      return celUint(kind.value);
    case 'nullValue':
      return null;
    case 'listValue':
      return kind.value.values.map(inputOf);
    case 'mapValue':
      return celMap(
        new Map(
          kind.value.entries.map(({ key, value }) => [
            inputOf(key as Value) as string,
            inputOf(value as Value),
          ]),
        ),
      );
    case 'int64Value':
    case 'doubleValue':
    case 'stringValue':
    case 'boolValue':
    case 'bytesValue':
      return kind.value;
    default:
      throw new Error(`No input: ${kind.case}`);
  }
}

/** In a form that can be compared. */
function shown(value: CelInput | CelValue): unknown {
  if (isCelUint(value)) return { uint: value.value };
  if (isCelList(value)) return [...value].map(shown);
  if (isCelMap(value))
    return {
      map: new Set(
        [...value].map(([key, item]) => JSON.stringify([shown(key), shown(item)], bigints)),
      ),
    };
  if (Array.isArray(value)) return value.map(shown);
  if (value instanceof Uint8Array) return { bytes: [...value] };
  return value;
}

function evaluate({ original: { expr, bindings } }: IncrementalTest) {
  const bound = Object.entries(bindings).map(([name, { kind }]) => {
    if (kind.case !== 'value') throw new Error(`No value: ${name}`);
    return [name, inputOf(kind.value)];
  });
  try {
    return evaluator(parse(expr))(Object.fromEntries(bound));
  } catch (error) {
    return error;
  }
}

describe("cel-spec's published cases", () => {
  test('are found', () => {
    expect(cases.length).toBeGreaterThan(700);
  });

  test.each(cases)('%s', (_name, found) => {
    const { resultMatcher } = found.original;
    const result = evaluate(found);
    switch (resultMatcher.case) {
      case 'value': {
        if (resultMatcher.value.kind.case === 'typeValue') {
          expect(String(result)).toMatch(
            resultMatcher.value.kind.value.replace('null_type', 'null'),
          );
          return;
        }
        expect([found.original.expr, budget.limit(() => shown(result as CelValue))]).toEqual([
          found.original.expr,
          shown(inputOf(resultMatcher.value)),
        ]);
        return;
      }
      case 'evalError':
      case 'anyEvalErrors':
        expect(isCelError(result) || result instanceof Error).toBe(true);
        return;
      default:
        expect(result).toBe(true);
    }
  });

  const checked = cases.filter(
    ([, { original }]) =>
      !original.disableCheck &&
      original.resultMatcher.case === 'value' &&
      original.resultMatcher.value.kind.case === 'boolValue' &&
      Object.keys(original.bindings).length === 0,
  );

  test('those that give true or false are found', () => {
    expect(checked.length).toBeGreaterThan(300);
  });

  test.each(checked)('the check finds no mistake in %s', (_name, { original: { expr } }) => {
    const { mistakes } = checkExpression(expr, parse(expr), ENVIRONMENT);
    expect([expr, mistakes]).toEqual([expr, []]);
  });
});

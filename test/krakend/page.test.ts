import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../../src/command/arguments.ts';
import type { KrakendAllowance, KrakendReadOptions } from '../../src/exports/krakend.ts';
import type { Field } from '../../src/krakend/fields/field.ts';
import { type KrakendNote, Notes } from '../../src/krakend/notes.ts';
import { ROOT } from '../../src/krakend/table/root.ts';
import { rowsBelow } from '../support/table-rows.ts';
import { ON_PURPOSE } from './beside/on-purpose.ts';
import { outcomeOf } from './support/outcome.ts';
import { documentsIn, OWN } from './support/play/document.ts';
import { readOptions } from './support/play/read-options.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const PAGE = read('docs/krakend.md');

const sorted = (names: readonly string[]) => names.toSorted((a, b) => a.localeCompare(b));

/** Rows about what no key stands for have words in front. */
const keysBelow = (heading: string): string[] =>
  rowsBelow(PAGE, heading)
    .map(([cell = '']) => cell)
    .filter((cell) => cell.startsWith('`'))
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key));

const SAME = keysBelow('Works in the same way');
const OTHER = keysBelow('Works in another way');
const NONE = keysBelow('Has no effect');
const REFUSED = keysBelow('Refused, and what to write instead');

/** Levels of a document, whose keys stand by themselves. */
const LEVELS = new Set(['', 'endpoints', 'backend', 'extra_config']);

type Outcome = 'read' | 'warned' | 'ignored' | 'refused';

/** What becomes of each key, by the name that the page has for it: `key`, or `group.key`. */
const outcomes = new Map<string, Set<Outcome>>();

function visit(field: Field, group: string): void {
  const { members = {} } = field.items ?? field;
  for (const [key, member] of Object.entries(members)) {
    const isTop = LEVELS.has(group);
    const name = isTop ? key : `${group}.${key}`;
    outcomes.set(name, (outcomes.get(name) ?? new Set()).add(outcomeOfKey(member)));
    if (member.kind === 'read') visit(member, isTop ? key : group);
  }
}

function outcomeOfKey(field: Field): Outcome {
  if (field.kind !== 'ignored') return field.kind;
  const warnings: KrakendNote[] = [];
  field.read(new Notes([], warnings), { a: 1 });
  return warnings.length > 0 ? 'warned' : 'ignored';
}

visit(ROOT, '');

function namesOf(outcome: Outcome): string[] {
  return [...outcomes].filter(([, own]) => own.has(outcome)).map(([name]) => name);
}

/** Those without effect at every level. */
function ignoredNames(): string[] {
  return namesOf('ignored').filter((name) => outcomes.get(name)?.size === 1);
}

describe('the tables of the page are those of the code', () => {
  test('there are many keys', () => {
    expect(namesOf('refused').length).toBeGreaterThan(60);
    expect(ignoredNames().length).toBeGreaterThan(40);
  });

  test('each key that is refused is among those that are refused, and no other', () => {
    expect(sorted(REFUSED)).toEqual(sorted(namesOf('refused')));
  });

  test('each key without effect is among those without, and no other', () => {
    expect(sorted(NONE)).toEqual(sorted(ignoredNames()));
  });

  test('each key that only warns is among what works in another way', () => {
    expect(namesOf('warned').filter((name) => !OTHER.includes(name))).toEqual([]);
  });

  test('each key that is read works in the same way, or in another', () => {
    const groups = namesOf('read').filter((name) => !name.includes('.'));
    const missing = groups.filter((name) => ![...SAME, ...OTHER].includes(name));
    expect(missing.filter((name) => !NONE_INSIDE.has(name))).toEqual([]);
  });

  test('what works in some way is read, or warns', () => {
    const working = [...namesOf('read'), ...namesOf('warned')];
    expect([...SAME, ...OTHER].filter((name) => !working.includes(name))).toEqual([]);
  });

  test('what documents are warned of works in another way', () => {
    const texts = documentsIn(OWN).flatMap(({ text, expectations: { options } }) =>
      outcomeOf(text, readOptions(options)).warnings.map(({ path }) => path),
    );
    const groups = new Set(texts.map(groupOf).filter((name) => name !== ''));
    expect(groups.size).toBeGreaterThan(5);
    const known = [...OTHER, ...LIMITS];
    expect([...groups].filter((name) => !known.includes(name))).toEqual([]);
  });
});

/** Namespaces of which no member is read. */
const NONE_INSIDE = new Set(['backend/http']);

/** They warn of what they leave open, and work in the same way. */
const LIMITS = ['qos/ratelimit/router', 'qos/ratelimit/service', 'qos/ratelimit/proxy'];

/** The group that a path of a document is in. */
function groupOf(path: string): string {
  const keys = [...path.matchAll(/(?:^|\.)(\w+)|\["([^"]+)"\]/g)].map(([, one, other]) =>
    String(one ?? other),
  );
  return keys.find((key) => !LEVELS.has(key)) ?? '';
}

test('the differences on purpose are those of the comparison, in its words', () => {
  const rows = ON_PURPOSE.map(({ name, why }) => [name, why]);
  expect(rowsBelow(PAGE, 'What differs on purpose')).toEqual(rows);
});

// The compiler has one of each name, and no other.
const OPTIONS: Readonly<Record<keyof KrakendReadOptions, true>> = {
  env: true,
  stores: true,
  only: true,
  allow: true,
  isRevoked: true,
  publicUrl: true,
  observe: true,
  onWarning: true,
};
const WEAKENINGS: Readonly<Record<KrakendAllowance, true>> = {
  'any-issuer': true,
  'any-audience': true,
};

test('the options and the weakenings are all that there are', () => {
  const inFirst = (heading: string) =>
    rowsBelow(PAGE, heading).map(([cell = '']) => cell.replaceAll(/[`']/g, ''));
  expect(sorted(inFirst('How to run it'))).toEqual(sorted(Object.keys(OPTIONS)));
  expect(sorted(inFirst('Weakenings by name'))).toEqual(sorted(Object.keys(WEAKENINGS)));
});

test('the document on the page is the one of the examples', () => {
  const [, json] = /^```json\n(.*?)^```$/ms.exec(PAGE) ?? [];
  expect(json).toBe(read('examples/krakend.json'));
});

test('the command lines are those of the command', () => {
  const lines = [...PAGE.matchAll(/^npx express-mcp-gateway (.+)$/gm)].map(([, args = '']) => args);
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    const { file, mode } = readArguments(line.split(' '));
    expect(file).toBe('krakend.json');
    expect(mode).toBe(line.includes('--check') ? 'check' : 'serve');
  }
});

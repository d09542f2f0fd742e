import { type CelFunc, CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import { budget } from '../budget.ts';
import { patternFor } from '../patterns.ts';

/** From this number of comparisons on, V8's own search may take too long: it is quadratic at worst. */
const MOST_COMPARISONS = 1_000_000;

/** The factor by which a search in one pass costs more steps. */
const MORE_FOR_ONE_PASS = 2;

const { BOOL, INT, STRING } = CelScalar;

/** Functions on texts, which cost steps by their length. */
export const TEXTS: CelFunc[] = [
  celMethod('contains', STRING, [STRING], BOOL, function (part) {
    budget.spendOn(this.length + part.length);
    return includes(this, part);
  }),
  celMethod('startsWith', STRING, [STRING], BOOL, function (part) {
    budget.spendOn(Math.min(part.length, this.length));
    return this.startsWith(part);
  }),
  celMethod('endsWith', STRING, [STRING], BOOL, function (part) {
    budget.spendOn(Math.min(part.length, this.length));
    return this.endsWith(part);
  }),
  celMethod('matches', STRING, [STRING], BOOL, function (pattern) {
    return patternFor(pattern).test(this);
  }),
  celFunc('size', [STRING], INT, size),
  celMethod('size', STRING, [], INT, function () {
    return size(this);
  }),
  celFunc('_+_', [STRING, STRING], STRING, (left, right) => {
    budget.spendOn(left.length + right.length);
    return left + right;
  }),
  ...(['<', '<=', '>', '>='] as const).map((operator) =>
    celFunc(`_${operator}_`, [STRING, STRING], BOOL, (left, right) => {
      budget.spendOn(Math.min(left.length, right.length));
      return COMPARE[operator](left, right);
    }),
  ),
];

const COMPARE = {
  '<': (left: string, right: string) => left < right,
  '<=': (left: string, right: string) => left <= right,
  '>': (left: string, right: string) => left > right,
  '>=': (left: string, right: string) => left >= right,
};

/** The length of a text, in characters of Unicode. */
function size(text: string): bigint {
  budget.spendOn(text.length);
  let pairs = 0;
  for (let i = 0; i + 1 < text.length; i++) {
    if ((text.codePointAt(i) as number) > 0xffff) {
      pairs += 1;
      i += 1;
    }
  }
  return BigInt(text.length - pairs);
}

function includes(text: string, part: string): boolean {
  if (part.length > text.length) return false;
  if (text.length * part.length <= MOST_COMPARISONS) return text.includes(part);
  return part.length < 7 ? text.includes(part) : includesInOnePass(text, part);
}

/** The algorithm of Knuth, Morris and Pratt: it looks at no character of the text again. */
function includesInOnePass(text: string, part: string): boolean {
  budget.spendOn(MORE_FOR_ONE_PASS * text.length);
  const borders = new Uint32Array(part.length + 1);
  for (let i = 1, border = 0; i < part.length; i++) {
    while (border > 0 && part[i] !== part[border]) border = borders[border] as number;
    if (part[i] === part[border]) border += 1;
    borders[i + 1] = border;
  }
  let found = 0;
  for (let i = 0; i < text.length; i++) {
    while (found > 0 && text[i] !== part[found]) found = borders[found] as number;
    if (text[i] === part[found]) found += 1;
    if (found === part.length) return true;
  }
  return false;
}

import {
  type CelFunc,
  CelScalar,
  celEnv,
  celFunc,
  celUint,
  isCelError,
  objectType,
} from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { budget } from '../budget.ts';

/** The longest text that is read as a number or a time. */
const LONGEST_NUMBER = 64;

/** How many steps it takes to read a time, and a duration, which may have many parts. */
const STEPS_PER_TIME = 10;
const STEPS_PER_DURATION = 20;

/** The first second of a timestamp, and the first one behind its range, in Unix time. */
const YEAR_1_S = -62_135_596_800n;
const YEAR_10000_S = 253_402_300_800n;

const { BYTES, DOUBLE, INT, STRING, UINT } = CelScalar;
const TIMESTAMP = objectType(TimestampSchema);
const DURATION = objectType(DurationSchema);

const standard = celEnv().funcs;

/**
 * Conversions as the standard has them. Those of the library take any text that JavaScript takes: an empty
 * one for 0, hexadecimal, digits without end. They also take seconds for milliseconds.
 */
export const CONVERSIONS: CelFunc[] = [
  celFunc('int', [STRING], INT, (text) =>
    within(wholeNumber(text, /^[+-]?\d+$/), -(2n ** 63n), 2n ** 63n),
  ),
  celFunc('uint', [STRING], UINT, (text) =>
    celUint(within(wholeNumber(text, /^\d+$/), 0n, 2n ** 64n)),
  ),
  celFunc('double', [STRING], DOUBLE, (text) => {
    if (SPECIAL.has(text)) return SPECIAL.get(text) as number;
    if (!isShort(text) || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))
      throw notOne('a number');
    return Number(text);
  }),
  celFunc('bytes', [STRING], BYTES, (text) => {
    budget.spendOn(text.length);
    return Buffer.from(text);
  }),
  celFunc('string', [BYTES], STRING, (bytes) => {
    budget.spendOn(bytes.length);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  }),
  celFunc('timestamp', [INT], TIMESTAMP, (seconds) => {
    if (seconds < YEAR_1_S || seconds >= YEAR_10000_S) throw notOne('a timestamp');
    return create(TimestampSchema, { seconds });
  }),
  celFunc('timestamp', [STRING], TIMESTAMP, (text) => {
    if (!isShort(text)) throw notOne('a timestamp');
    budget.spend(STEPS_PER_TIME);
    const time = standard.find('timestamp')?.call(0, undefined, [text]);
    if (isCelError(time)) throw notOne('a timestamp');
    return time as never;
  }),
  celFunc('duration', [STRING], DURATION, (text) => {
    budget.spend(STEPS_PER_DURATION);
    const span = standard.find('duration')?.call(0, undefined, [text]);
    if (isCelError(span)) throw notOne('a duration, like 24h or 1h30m');
    return span as never;
  }),
];

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['+Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

function wholeNumber(text: string, form: RegExp): bigint {
  if (!isShort(text) || !form.test(text)) throw notOne('a whole number');
  return BigInt(text.replace('+', ''));
}

function within(value: bigint, least: bigint, end: bigint): bigint {
  if (value < least || value >= end) throw notOne('a whole number of 64 bits');
  return value;
}

function isShort(text: string): boolean {
  return text.length <= LONGEST_NUMBER;
}

function notOne(what: string): Error {
  return new Error(`The text is not ${what}`);
}

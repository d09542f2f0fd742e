import {
  type CelFunc,
  type CelList,
  type CelMap,
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  isCelList,
  isCelMap,
  isCelUint,
  listType,
  mapType,
} from '@bufbuild/cel';
import { budget } from '../budget.ts';
import { joinLists } from './join-lists.ts';

/** The function that is put around the condition of a comprehension. No expression can write this name. */
export const STEP = '@step';

/** The function that replaces `has(map.name)`. It takes maps alone; `in` takes lists as well. */
export const HAS = '@has';

const { BOOL, BYTES, DYN, INT } = CelScalar;
const LIST = listType(DYN);
const MAP = mapType(DYN, DYN);

const standard = celEnv().funcs;

/** Functions on any values, lists, maps and bytes. What they read of data costs steps; see `view.ts`. */
export const VALUES: CelFunc[] = [
  celFunc('_==_', [DYN, DYN], BOOL, equal),
  celFunc('_!=_', [DYN, DYN], BOOL, (left, right) => !equal(left, right)),
  celFunc('@in', [DYN, LIST], BOOL, (value, list) => {
    for (const item of list) {
      if (equal(item, value)) return true;
    }
    return false;
  }),
  // A member that is null is there.
  celFunc(HAS, [CelScalar.STRING, MAP], BOOL, (key, map) => map.get(key) !== undefined),
  ...(['STRING', 'DOUBLE', 'INT', 'BOOL', 'UINT'] as const).map((type) =>
    celFunc('@in', [CelScalar[type], MAP], BOOL, (key, map) => map.get(key) !== undefined),
  ),
  celFunc('_+_', [LIST, LIST], LIST, joinLists),
  celFunc('_+_', [BYTES, BYTES], BYTES, (left, right) => {
    budget.spendOn(left.length + right.length);
    return Buffer.concat([left, right]);
  }),
  ...['_<_', '_<=_', '_>_', '_>=_'].map((name) =>
    celFunc(name, [BYTES, BYTES], BOOL, (left, right) => {
      budget.spendOn(Math.min(left.length, right.length));
      return standard.find(name)?.call(0, undefined, [left, right]) as boolean;
    }),
  ),
  celFunc(STEP, [DYN, INT], DYN, (goesOn, cost) => {
    budget.spend(Number(cost));
    return goesOn;
  }),
];

function equal(left: CelValue, right: CelValue): boolean {
  if (left === right) {
    if (typeof left === 'string') budget.spendOn(left.length);
    return true;
  }
  if (typeof left === 'string') {
    if (typeof right !== 'string' || left.length !== right.length) return false;
    budget.spendOn(left.length);
    return false;
  }
  if (isNumber(left) && isNumber(right)) {
    // An int, which is a bigint, may equal a double.
    return left >= right && left <= right;
  }
  if (typeof left !== 'object' || typeof right !== 'object') return isUintBeside(left, right);
  if (isCelList(left)) return isCelList(right) && equalLists(left, right);
  if (isCelMap(left)) return isCelMap(right) && equalMaps(left, right);
  if (left instanceof Uint8Array) budget.spendOn(left.length);
  return isEqualToLibrary(left, right);
}

function isNumber(value: CelValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isUintBeside(left: CelValue, right: CelValue): boolean {
  return (isCelUint(left) || isCelUint(right)) && isEqualToLibrary(left, right);
}

function isEqualToLibrary(left: CelValue, right: CelValue): boolean {
  return standard.find('_==_')?.call(0, undefined, [left, right]) === true;
}

function equalLists(left: CelList, right: CelList): boolean {
  if (left.size !== right.size) return false;
  const others = right.values();
  for (const item of left) {
    if (!equal(item, others.next().value as CelValue)) return false;
  }
  return true;
}

function equalMaps(left: CelMap, right: CelMap): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !equal(value, other)) return false;
  }
  return true;
}

import type { CelEnv } from '@bufbuild/cel';
import { isKnown, mustBeBool, resultOf } from './check-calls.ts';
import { memberType, rootOf } from './check-members.ts';
import { MEANT, NAMES, REFUSED, TYPE_NAMES, UNSAFE } from './names.ts';
import { countParts, type Expr, literalText, type Parsed, partsOf } from './tree.ts';
import { aOf, elementOf, isOpen, nameOf, type Type } from './types.ts';
import { Findings, meant, type Scope } from './walk.ts';

/** How many parts an expression may have. Parts that `all`, `map` and the like stand for count as well. */
const MOST_PARTS = 500;
/** How deep they may be nested. */
const MOST_DEPTH = 50;
/** How deep `all`, `map` and the like may be nested. */
const MOST_LOOPS = 2;

/** Checks an expression without any data. */
export function checkExpression(text: string, parsed: Parsed, env: CelEnv): Findings {
  const findings = new Findings(text, parsed, env);
  const { expr } = parsed;
  if (isDeeper(expr, MOST_DEPTH)) {
    findings.refuse(expr, `an expression is at most ${MOST_DEPTH} levels deep`);
  } else if (countParts(expr) > MOST_PARTS) {
    findings.refuse(expr, `an expression has at most ${MOST_PARTS} parts`);
  } else {
    const type = new Checker(findings).typeOf(expr, new Map());
    if (findings.mistakes.length === 0 && type !== 'bool' && !isOpen(type)) {
      findings.refuse(expr, `it gives ${aOf(type)}, and a policy has to give true or false`);
    }
  }
  return findings;
}

/**
 * Whether an expression has more levels than this. It goes no deeper than it has to: there may be thousands
 * of levels.
 */
function isDeeper(expr: Expr, levels: number): boolean {
  return levels === 0 || partsOf(expr).some((part) => isDeeper(part, levels - 1));
}

type Kinds = Expr['exprKind'];
type Value<Case extends Kinds['case']> = Extract<Kinds, { case: Case }>['value'];

class Checker {
  readonly #findings: Findings;
  #loops = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  typeOf(expr: Expr, scope: Scope): Type {
    const { exprKind } = expr;
    switch (exprKind.case) {
      case 'constExpr':
        if (isTooLarge(exprKind.value.constantKind.value))
          this.#findings.refuse(expr, 'whole numbers have 64 bits: write 1e20 for a double');
        return CONSTANTS[exprKind.value.constantKind.case ?? ''] ?? 'dyn';
      case 'identExpr':
        return this.#named(expr, exprKind.value.name, scope);
      case 'selectExpr': {
        const { operand, field, testOnly } = exprKind.value;
        const type = this.#member(expr, operand as Expr, field, scope);
        return testOnly ? 'bool' : type;
      }
      case 'callExpr':
        return this.#call(expr, exprKind.value, scope);
      case 'listExpr': {
        const types = exprKind.value.elements.map((element) => this.typeOf(element, scope));
        return { list: common(types) };
      }
      case 'structExpr':
        return this.#struct(expr, exprKind.value, scope);
      case 'comprehensionExpr':
        return this.#loop(expr, exprKind.value, scope);
      default:
        return 'dyn';
    }
  }

  #named(expr: Expr, name: string, scope: Scope): Type {
    const bound = scope.get(name);
    if (bound !== undefined) return bound;
    const findings = this.#findings;
    if (Object.hasOwn(NAMES, name)) {
      findings.names.add(name);
      // An expression that uses `mcp` as a whole sees all that is in it.
      if (name === 'mcp') findings.seesArguments = true;
      return NAMES[name] as Type;
    }
    if (TYPE_NAMES.has(name)) return 'type';
    findings.refuse(expr, whyUnknown(name, scope));
    return 'dyn';
  }

  /** The type of a value that the expression does not use as a whole. */
  #typeOfPart(expr: Expr, scope: Scope): Type {
    const root = rootOf(expr, scope);
    if (root === undefined) return this.typeOf(expr, scope);
    this.#findings.names.add(root);
    return NAMES[root] as Type;
  }

  #member(at: Expr, of: Expr, name: string, scope: Scope): Type {
    const type = this.#typeOfPart(of, scope);
    return memberType({ at, root: rootOf(of, scope), type, name }, this.#findings);
  }

  #call(expr: Expr, { function: name, target, args }: Value<'callExpr'>, scope: Scope): Type {
    const [first, second] = args;
    if (name === 'has' && target === undefined) return this.#hasWithoutField(expr, first, scope);
    if (name === '_[_]') return this.#index(expr, first as Expr, second as Expr, scope);
    const named = { at: expr, name, isMethod: target !== undefined, count: args.length };
    // The arguments of an unknown function are not checked: they may be meant for a macro.
    if (!isKnown(named, this.#findings)) return 'dyn';
    const isNullCheck = /^_[!=]=_$/.test(name) && args.some(isNull);
    const types = args.map((arg) =>
      isNullCheck ? this.#typeOfPart(arg, scope) : this.typeOf(arg, scope),
    );
    if (name === '_?_:_') {
      mustBeBool(expr, types[0] as Type, this.#findings);
      return common(types.slice(1));
    }
    const targetType = target && this.typeOf(target, scope);
    const call = { at: expr, name, target: targetType, args: types, last: args.at(-1) };
    return resultOf(call, this.#findings);
  }

  #hasWithoutField(expr: Expr, of: Expr | undefined, scope: Scope): Type {
    const [map, key] = of?.exprKind.case === 'callExpr' ? of.exprKind.value.args : [];
    const name = literalText(key);
    const hint =
      name === undefined ? 'has(mcp.name)' : `'${name}' in ${rootOf(map, scope) ?? 'the map'}`;
    this.#findings.refuse(expr, `has takes a field behind a dot: write ${hint}`);
    return 'bool';
  }

  #index(expr: Expr, of: Expr, key: Expr, scope: Scope): Type {
    const name = literalText(key);
    const type = this.#typeOfPart(of, scope);
    const keyType = this.typeOf(key, scope);
    const root = rootOf(of, scope);
    const isMap = typeof type !== 'string' && 'map' in type;
    if (name !== undefined && (isMap || isOpen(type))) {
      return memberType({ at: key, root, type, name }, this.#findings);
    }
    if (isMap && type.fields !== undefined) {
      this.#findings.refuse(
        key,
        `the members of ${root} are known: write ${root}.${Object.keys(type.fields)[0]}`,
      );
    } else if (elementOf(type) === undefined) {
      this.#findings.refuse(expr, `${aOf(type)} has no elements to take by [ ]`);
    } else if (!isMap && !isOpen(type) && !isOpen(keyType) && !INDEXES.has(nameOf(keyType))) {
      this.#findings.refuse(key, `the elements of a list are counted, from 0`);
    }
    return elementOf(type) ?? 'dyn';
  }

  #struct(expr: Expr, { messageName, entries }: Value<'structExpr'>, scope: Scope): Type {
    if (messageName !== '')
      this.#findings.refuse(expr, 'messages of Protocol Buffers are not made here');
    const types = entries.map(({ keyKind, value }) => {
      if (keyKind.case === 'mapKey') this.typeOf(keyKind.value, scope);
      return value === undefined ? 'dyn' : this.typeOf(value, scope);
    });
    return { map: common(types) };
  }

  #loop(expr: Expr, loop: Value<'comprehensionExpr'>, scope: Scope): Type {
    const range = this.typeOf(loop.iterRange as Expr, scope);
    const isMap = typeof range !== 'string' && 'map' in range;
    // The items of a map are its keys.
    const item = isMap ? 'dyn' : elementOf(range);
    if (item === undefined) {
      this.#findings.refuse(expr, `${aOf(range)} has no elements to go over`);
    }
    if (UNSAFE.has(loop.iterVar))
      this.#findings.refuse(expr, `${loop.iterVar} is no name for a variable`);
    const start = this.typeOf(loop.accuInit as Expr, scope);
    const inner = new Map([
      ...scope,
      [loop.accuVar, typeof start === 'string' ? start : { list: 'dyn' }],
      [loop.iterVar, item ?? 'dyn'],
    ]);
    this.#loops += 1;
    if (this.#loops > MOST_LOOPS) {
      this.#findings.refuse(
        expr,
        'all, exists, exists_one, filter and map may be nested once, not more often',
      );
    }
    this.typeOf(loop.loopCondition as Expr, inner);
    this.typeOf(loop.loopStep as Expr, inner);
    this.#loops -= 1;
    return this.typeOf(loop.result as Expr, inner);
  }
}

const CONSTANTS: Readonly<Record<string, Type>> = {
  boolValue: 'bool',
  bytesValue: 'bytes',
  doubleValue: 'double',
  int64Value: 'int',
  nullValue: 'null_type',
  stringValue: 'string',
  uint64Value: 'uint',
};

const INDEXES: ReadonlySet<string> = new Set(['int', 'uint', 'double']);

/** The parser takes whole numbers of any size. */
function isTooLarge(value: unknown): boolean {
  return typeof value === 'bigint' && (value >= 2n ** 64n || value < -(2n ** 63n));
}

function isNull({ exprKind }: Expr): boolean {
  return exprKind.case === 'constExpr' && exprKind.value.constantKind.case === 'nullValue';
}

function common(types: readonly Type[]): Type {
  const [first = 'dyn'] = types;
  return types.every((type) => type === first) ? first : 'dyn';
}

function whyUnknown(name: string, scope: Scope): string {
  if (UNSAFE.has(name)) return `${name} is not read: it means something else in JavaScript`;
  if (Object.hasOwn(REFUSED, name)) return `${name}: ${REFUSED[name]}`;
  if (Object.hasOwn(MEANT, name)) return `there is no ${name}: write ${MEANT[name]}`;
  const bound = [...scope.keys()].filter((key) => !key.startsWith('@'));
  return `there is no ${name}; ${meant(name, [...Object.keys(NAMES), ...bound])}`;
}

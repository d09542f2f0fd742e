import { goName } from './go-name.ts';
import { NAMES, UNSAFE } from './names.ts';
import type { Expr } from './tree.ts';
import { aOf, elementOf, isOpen, nameOf, type Type } from './types.ts';
import { type Findings, meant } from './walk.ts';

/** A member that an expression reads, by a name that is known. */
export interface Member {
  /** The part of the expression that reads it. */
  readonly at: Expr;
  /** The name of the value that it is a member of, if that is one of {@link NAMES}. */
  readonly root: string | undefined;
  readonly type: Type;
  readonly name: string;
}

/** The type of the member. It notes mistakes in `findings`. */
export function memberType({ at, root, type, name }: Member, findings: Findings): Type {
  if (UNSAFE.has(name)) {
    findings.refuse(at, `${name} is not read: it means something else in JavaScript`);
    return 'dyn';
  }
  if (isOpen(type)) return type;
  if (typeof type === 'string' || 'list' in type) {
    findings.refuse(at, `${aOf(type)} has no member ${name}${HINTS[nameOf(type)] ?? ''}`);
    return 'dyn';
  }
  if (type.fields !== undefined) {
    const fields = Object.keys(type.fields);
    if (!fields.includes(name)) {
      findings.refuse(at, `${root} has no ${name}; ${meant(name, fields)}`);
      return 'dyn';
    }
    if (root === 'mcp') findings.ofMessage.set(at.id, findings.offsetOf(at));
    if (root === 'mcp' && (name === 'arguments' || name === 'params'))
      findings.seesArguments = true;
    return type.fields[name] as Type;
  }
  const spelled = root === undefined ? undefined : SPELLED[root]?.(name);
  if (spelled !== undefined && spelled !== name) {
    findings.refuse(at, `${root} has no ${name}: write ${show(spelled)}`);
  }
  return elementOf(type) ?? 'dyn';
}

const HINTS: Readonly<Record<string, string>> = {
  list: ': write list[0] for the first, or list.exists(x, …) for any',
  string: ': ask startsWith, endsWith, contains, matches or size',
  timestamp: ': ask getHours(), getDayOfWeek() and the like',
};

/** How names are written in maps whose names the gateway makes. */
const SPELLED: Readonly<Record<string, (name: string) => string>> = {
  headers: (name) => name.toLowerCase(),
  req_headers: goName,
  req_params: firstUpper,
};

/** The name of a parameter of the path as KrakenD writes it. */
export function firstUpper(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function show(name: string): string {
  return /^\w+$/.test(name) ? name : `'${name}'`;
}

/** The name that a part consists of, if it is one of {@link NAMES} and no variable of that name is bound. */
export function rootOf(
  expr: Expr | undefined,
  bound: { has(name: string): boolean },
): string | undefined {
  if (expr?.exprKind.case !== 'identExpr') return undefined;
  const { name } = expr.exprKind.value;
  return Object.hasOwn(NAMES, name) && !bound.has(name) ? name : undefined;
}

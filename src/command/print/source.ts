import { type Written, writtenOf } from '../../krakend/written.ts';
import { quoted } from '../../lib/quoted.ts';
import { HELPERS } from './helpers.ts';

/** Thrown for a value that is no plain data, and has no form of its own. */
export class NoForm extends Error {
  override readonly name = 'NoForm';
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** A program of TypeScript that is being written. */
export class Source {
  /** By the module: the names that are imported from it. */
  readonly #imports = new Map<string, Set<string>>();
  readonly #helpers = new Set<string>();

  /** Takes a name from a module; `default as x` for its default export. */
  import(name: string, from: string): string {
    const names = this.#imports.get(from) ?? new Set();
    this.#imports.set(from, names.add(name));
    return name;
  }

  /**
   * A value as an expression.
   *
   * @throws {NoForm} where it has none.
   */
  write(value: unknown, indent = ''): string {
    switch (typeof value) {
      case 'string':
        return quoted(value);
      case 'number':
        if (Number.isFinite(value)) return String(value);
        if (value === Number.POSITIVE_INFINITY) return 'Number.POSITIVE_INFINITY';
        throw new NoForm();
      case 'boolean':
        return String(value);
      case 'object':
        return value === null ? 'null' : this.#object(value, indent);
      case 'function':
        return this.#form(writtenOf(value), indent);
      default:
        throw new NoForm();
    }
  }

  #object(value: object, indent: string): string {
    const form = writtenOf(value);
    if (form !== undefined) return this.#form(form, indent);
    if (value instanceof URL) return quoted(value.href);
    const inner = `${indent}  `;
    if (Array.isArray(value)) {
      return inBrackets(
        '[',
        value.map((item) => this.write(item, inner)),
        ']',
        indent,
      );
    }
    // An instance of a class is more than its members.
    if (Object.getPrototypeOf(value) !== Object.prototype) throw new NoForm();
    return this.#members(value, indent);
  }

  #members(value: object, indent: string): string {
    const inner = `${indent}  `;
    const members = Object.entries(value).filter(([, own]) => own !== undefined);
    const lines = members.map(([name, own]) => `${keyOf(name)}: ${this.write(own, inner)}`);
    return inBrackets('{', lines, '}', indent);
  }

  #form(form: Written | undefined, indent: string): string {
    if (form === undefined) throw new NoForm();
    if ('call' in form) {
      const args = form.args.map((arg) => this.write(arg, indent));
      return `${this.import(form.call, form.from)}(${args.join(', ')})`;
    }
    if ('form' in form) {
      return `Object.assign(${this.#form(form.form, indent)}, ${this.#members(form.members, indent)})`;
    }
    for (const [name, from] of Object.entries(form.imports ?? {})) this.import(name, from);
    for (const name of form.helpers ?? []) this.help(name);
    return form.text;
  }

  /** Brings a helper function along, and those that it calls. */
  help(name: string): void {
    const helper = HELPERS[name];
    if (helper === undefined) throw new NoForm(`There is no helper ${name}`);
    this.#helpers.add(name);
    for (const other of helper.helpers ?? []) this.help(other);
    for (const [own, from] of Object.entries(helper.imports ?? {})) this.import(own, from);
  }

  /** The imports in front of a program, and the functions behind it. */
  around(program: string): string {
    const modules = [...this.#imports].sort(([one], [other]) => rank(one) - rank(other));
    const imports = modules.map(([from, names]) => importLine(from, [...names].sort(byLetters)));
    const helpers = [...this.#helpers].map((name) => HELPERS[name]?.text ?? '');
    return [imports.join('\n'), '', program.trimEnd(), ...helpers.flatMap((own) => ['', own])]
      .join('\n')
      .concat('\n');
  }
}

function byLetters(one: string, other: string): number {
  return one.localeCompare(other, 'en');
}

function rank(module: string): number {
  return ['node:', 'express', 'express-mcp-gateway'].findLastIndex((own) => module.startsWith(own));
}

function importLine(from: string, names: readonly string[]): string {
  const [first = ''] = names;
  const what = first.startsWith('default as ')
    ? first.replace('default as ', '')
    : `{ ${names.join(', ')} }`;
  return `import ${what} from '${from}';`;
}

function inBrackets(open: string, items: readonly string[], close: string, indent: string): string {
  if (items.length === 0) return `${open}${close}`;
  const space = open === '{' ? ' ' : '';
  const line = `${open}${space}${items.join(', ')}${space}${close}`;
  if (!line.includes('\n') && indent.length + line.length <= 80) return line;
  const inner = `${indent}  `;
  return [open, ...items.map((item) => `${inner}${item},`), `${indent}${close}`].join('\n');
}

function keyOf(name: string): string {
  // In an object literal, `__proto__` without brackets is no key.
  if (name === '__proto__') return "['__proto__']";
  return IDENTIFIER.test(name) ? name : quoted(name);
}

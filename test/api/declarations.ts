import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { statementsOf } from './statements.ts';

/** A name of a file: declared there, or taken from another. */
export type Name =
  | { readonly kind: 'declared'; readonly text: string }
  | { readonly kind: 'taken'; readonly file: string; readonly name: string };

/** What a file of declarations says. */
export interface Declarations {
  /** Every name that is known in it. */
  readonly names: ReadonlyMap<string, Name>;
  /** Those that it exports, by the name under which it does. */
  readonly exported: ReadonlyMap<string, Name>;
  /** The names of `exported` that are types only. */
  readonly types: ReadonlySet<string>;
}

const DECLARATION =
  /^(?<export>export )?(?:declare )?(?:abstract )?(?<kind>interface|class|enum|type|function|const|let|namespace) (?<name>[\w$]+)/;
const LIST =
  /^(?<verb>import|export) (?<type>type )?\{(?<items>[^}]*)\}(?: from '(?<from>[^']+)')?;$/;
const ITEM = /^(?<type>type )?(?<name>[\w$]+)(?: as (?<as>[\w$]+))?$/;

/** Reads the declarations of one file below a folder; they name their sources with `.ts` or `.js`. */
export function readDeclarations(folder: string, file: string): Declarations {
  const names = new Map<string, Name>();
  const exported = new Map<string, Name>();
  const types = new Set<string>();
  for (const text of statementsOf(readFileSync(join(folder, file), 'utf8'))) {
    const { groups: declaration } = DECLARATION.exec(text) ?? {};
    if (declaration?.name !== undefined) {
      // Overloads are several declarations of one name.
      const before = names.get(declaration.name);
      const all = before?.kind === 'declared' ? `${before.text}\n${text}` : text;
      names.set(declaration.name, { kind: 'declared', text: all });
      if (declaration.export === undefined) continue;
      exported.set(declaration.name, { kind: 'declared', text: all });
      if (declaration.kind === 'type' || declaration.kind === 'interface') {
        types.add(declaration.name);
      }
      continue;
    }
    const { groups: list } = LIST.exec(text) ?? {};
    if (list?.items === undefined) {
      // `import express from 'express'`, and what makes a file a module.
      if (/^import [^{]/.test(text) && !text.includes("'.")) continue;
      throw new Error(`${file} has a statement that the report cannot read: ${text}`);
    }
    for (const part of list.items.split(',')) {
      const { groups: item } = ITEM.exec(part.trim()) ?? {};
      if (item?.name === undefined) continue;
      const shown = item.as ?? item.name;
      const source = sourceOf(folder, file, list.from);
      const name: Name | undefined =
        list.from === undefined
          ? names.get(item.name)
          : source === undefined
            ? undefined
            : { kind: 'taken', file: source, name: item.name };
      if (name === undefined) continue;
      if (list.verb === 'import') names.set(shown, name);
      else exported.set(shown, name);
      if (list.verb === 'export' && (list.type ?? item.type) !== undefined) types.add(shown);
    }
  }
  return { names, exported, types };
}

/** The file of declarations that an import leads to; undefined for another package. */
function sourceOf(folder: string, file: string, from: string | undefined): string | undefined {
  if (from === undefined || !from.startsWith('.')) return undefined;
  const path = join(dirname(file), from).replace(/\.[jt]s$/, '.d.ts');
  if (existsSync(join(folder, path))) return path;
  throw new Error(`${file} imports ${from}, which has no declarations`);
}

import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { type Declarations, type Name, readDeclarations } from './declarations.ts';

const HEAD = `# The declarations of the package

What \`tsc\` makes of the source, without comments: all that is exported, and all that its types
refer to. \`npm run check:api -- --update\` writes this file; \`npm run check:api\` fails where it is not
what the source says. A change here is a change that users see, and belongs into the changelog.
`;

/**
 * The report on a folder of declarations: what each entry exports, then every declaration by its name.
 * In which file one stands is no business of users, and not in the report.
 */
export function apiReport(folder: string): string {
  const files = new Map<string, Declarations>();
  const read = (file: string): Declarations => {
    const known = files.get(file) ?? readDeclarations(folder, file);
    files.set(file, known);
    return known;
  };
  /** By file, then by name. */
  const declared = new Map<string, Map<string, string>>();

  const add = (file: string, name: string, found: Name): void => {
    if (found.kind === 'taken') {
      const { names, exported } = read(found.file);
      const next = exported.get(found.name) ?? names.get(found.name);
      if (next === undefined) throw new Error(`${found.file} exports no ${found.name}`);
      add(found.file, found.name, next);
      return;
    }
    const inFile = declared.get(file) ?? new Map<string, string>();
    declared.set(file, inFile);
    if (inFile.has(name)) return;
    inFile.set(name, found.text);
    for (const used of referencesIn(found.text)) {
      const reference = read(file).names.get(used);
      if (reference !== undefined) add(file, used, reference);
    }
  };

  const entries = globSync('exports/*.d.ts', { cwd: folder }).sort(byName);
  const sections = ['index.d.ts', ...entries].map((entry) => {
    const { exported, types } = read(entry);
    for (const [name, found] of exported) add(entry, name, found);
    const names = [...exported.keys()].sort(byName);
    return [
      `## \`${importPathOf(entry)}\`\n`,
      ...listOf(
        'Values',
        names.filter((name) => !types.has(name)),
      ),
      ...listOf(
        'Types',
        names.filter((name) => types.has(name)),
      ),
    ].join('\n');
  });
  const all = [...declared.values()].flatMap((inFile) => [...inFile]);
  all.sort(([a, one], [b, other]) => byName(a, b) || byName(one, other));
  const code = all.map(([, text]) => text).join('\n\n');
  const declarations = `## Declarations\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
  return [HEAD, ...sections, declarations].join('\n');
}

/** One name a line, so that a change is a line of the difference. */
function listOf(title: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${title}:\n`, ...names.map((name) => `- \`${name}\``), ''];
}

function importPathOf(entry: string): string {
  const name = 'express-mcp-gateway';
  return entry === 'index.d.ts' ? name : `${name}/${basename(entry, '.d.ts')}`;
}

/** Words that may be names; not those of members, which a colon or a parenthesis follows. */
function referencesIn(text: string): Set<string> {
  const words = text
    .replaceAll(/'[^']*'/g, '')
    .matchAll(/(?<![\w$.#])[A-Za-z_$][\w$]*(?!\??[:(]|[\w$])/g);
  return new Set([...words].map(([word]) => word));
}

function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

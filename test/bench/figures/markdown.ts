import { cellsOf, headingsOf, TARGET_HEADINGS, targetCells, unrestOf } from './cells.ts';
import { combine } from './combine.ts';
import { plotsOf } from './plots.ts';
import type { Result, SectionResult } from './result.ts';

/** The marks between which a page has what a script writes. */
const begin = (name: string): string => `<!-- begin: ${name} -->`;
const end = (name: string): string => `<!-- end: ${name} -->`;

/** The page with each marked part written anew. A part that is not given stays as it is. */
export function fillPage(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const from = text.indexOf(begin(name));
    const to = text.indexOf(end(name));
    if (from < 0 || to < from) throw new Error(`The page has no place for ${name}`);
    return `${text.slice(0, from)}${begin(name)}\n\n${part.trim()}\n\n${text.slice(to)}`;
  }, page);
}

/** The names of the marked parts of a page. */
export function partsOf(page: string): string[] {
  return [...page.matchAll(/<!-- begin: (\S+) -->/g)].map(([, name = '']) => name);
}

/** What runs gave for a page: their tables, aims, versions and configurations. */
export function markdownParts(runs: readonly [Result, ...Result[]]): Record<string, string> {
  const result = combine(runs);
  const plots = Object.entries(plotsOf(result));
  const tables = result.sections.map((section) => {
    const own = plots.filter(([, plot]) => plot.section === section.name);
    const images = own.map(([file, { title }]) => `![${title}](./cost/${file}.svg)`);
    return [
      section.name,
      [
        section.about,
        ...images,
        tableOf(section),
        `\`npm run bench -- --only ${section.name}\``,
      ].join('\n\n'),
    ] as const;
  });
  const targets = result.sections.flatMap((section) => section.targets.map(targetCells));
  return {
    ...Object.fromEntries(tables),
    aims: markdownTable(TARGET_HEADINGS, targets),
    conditions: runs.map((run) => conditionsOf(run, result.sections)).join('\n\n'),
    configurations: configurationsOf(result),
  };
}

function tableOf(section: SectionResult): string {
  const rows = cellsOf(section).filter(([name]) => !name?.endsWith('(left out)'));
  return markdownTable(headingsOf(section), rows);
}

export function markdownTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `| ${headings.map((_, i) => (i === 0 ? '---' : '---:')).join(' | ')} |`;
  return [line(headings), rule, ...rows.map(line)].join('\n');
}

/** Of a run, some of whose sections may be replaced by those of a later one. */
function conditionsOf(run: Result, shown: readonly SectionResult[]): string {
  const { machine, versions, command, sections } = run;
  const own = sections.filter((section) => shown.includes(section)).map(({ name }) => name);
  const part = own.length < sections.length ? `, of which this page has: ${own.join(', ')}` : '';
  return `- \`${command}\`${part}
- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}; ${machine.pinned ? 'what is measured has a core for itself' : 'all processes share the cores'}.
- ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.
- ${unrestOf(machine)}`;
}

function configurationsOf({ configurations }: Result): string {
  return Object.entries(configurations)
    .map(
      ([name, text]) =>
        `<details><summary>${name}</summary>\n\n\`\`\`text\n${text.trim()}\n\`\`\`\n\n</details>`,
    )
    .join('\n\n');
}

/**
 * Writes runs of the bench into the page on it: `npm run bench:page -- FILE...`, of `npm run bench -- --outputFile FILE`.
 * A section that several runs have is shown as the last one measured it. What stands between marks in docs/cost.md is
 * written anew, and the plots in docs/cost.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { combine } from './figures/combine.ts';
import { fillPage, markdownParts, partsOf } from './figures/markdown.ts';
import { barPlot } from './figures/plot.ts';
import { plotsOf } from './figures/plots.ts';
import type { Result } from './figures/result.ts';

const PAGE = new URL('../../docs/cost.md', import.meta.url);
const PLOTS = new URL('../../docs/cost/', import.meta.url);

const read = (file: string): Result => JSON.parse(readFileSync(file, 'utf8'));
const [first, ...others] = process.argv.slice(2);
if (first === undefined) throw new Error('Which run? npm run bench:page -- FILE...');
const runs = [read(first), ...others.map(read)] as const;

const page = readFileSync(PAGE, 'utf8');
const parts = markdownParts(runs);
// No figure of an older run stays beside those of this one.
const absent = (name: string) => `Not part of this run: \`npm run bench -- --only ${name}\`.`;
const filled = partsOf(page).map((name) => [name, parts[name] ?? absent(name)]);
writeFileSync(PAGE, fillPage(page, Object.fromEntries(filled)));

rmSync(PLOTS, { recursive: true, force: true });
mkdirSync(PLOTS, { recursive: true });
for (const [name, plot] of Object.entries(plotsOf(combine(runs))))
  writeFileSync(new URL(`${name}.svg`, PLOTS), barPlot(plot));

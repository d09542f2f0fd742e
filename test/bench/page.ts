/**
 * Writes a run of the bench into the page on it: `npm run bench:page -- FILE`, of `npm run bench -- --outputFile FILE`.
 * What stands between marks in docs/cost.md is written anew, and the plots in docs/cost.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fillPage, markdownParts, partsOf } from './figures/markdown.ts';
import { barPlot } from './figures/plot.ts';
import { plotsOf } from './figures/plots.ts';
import type { Result } from './figures/result.ts';

const PAGE = new URL('../../docs/cost.md', import.meta.url);
const PLOTS = new URL('../../docs/cost/', import.meta.url);

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Which run? npm run bench:page -- FILE');
const result: Result = JSON.parse(readFileSync(file, 'utf8'));

const page = readFileSync(PAGE, 'utf8');
const parts = markdownParts(result);
// No figure of an older run stays beside those of this one.
const absent = (name: string) => `Not part of this run: \`npm run bench -- --only ${name}\`.`;
const filled = partsOf(page).map((name) => [name, parts[name] ?? absent(name)]);
writeFileSync(PAGE, fillPage(page, Object.fromEntries(filled)));

rmSync(PLOTS, { recursive: true, force: true });
mkdirSync(PLOTS, { recursive: true });
for (const [name, plot] of Object.entries(plotsOf(result)))
  writeFileSync(new URL(`${name}.svg`, PLOTS), barPlot(plot));

/**
 * What a request costs in the proxy process, beside what others take for the same: `npm run bench`, `-- --quick`
 * for a minute. It reports and never judges: no speed is asserted.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename } from 'node:path';
import { changes, comparison } from './figures/compare.ts';
import { report } from './figures/report.ts';
import type { Result, SectionResult } from './figures/result.ts';
import { openLab } from './lab.ts';
import { configurations, describeMachine, versions } from './machine/describe.ts';
import { isMeant, readOptions, USAGE } from './options.ts';
import { resultOf } from './sections/section.ts';
import { SECTIONS } from './sections/sections.ts';

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(USAGE);
  process.exit();
}
const { only, isQuick, isJson, outputFile, compare, nodes } = readOptions(
  args,
  SECTIONS.map(({ name }) => name),
);
const old: Result | undefined =
  compare === undefined ? undefined : JSON.parse(readFileSync(compare, 'utf8'));

const say = (text: string): void => {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
};
const chosen = SECTIONS.filter(
  (section) =>
    only?.some((name) => isMeant(section.name, name)) ?? (!isQuick || section.isQuick === true),
);

const [loadBefore = 0] = loadavg();
const lab = await openLab({ otherNodes: nodes, isQuick, say });
const sections: SectionResult[] = [];
const result: Result = {
  machine: describeMachine(loadBefore),
  command: ['npm run bench --', ...args.map((arg) => basename(arg))].join(' '),
  versions: versions(lab),
  configurations: configurations(lab.issuer),
  sections,
};
const asJson = (): string => `${JSON.stringify(result, null, 2)}\n`;
for (const section of chosen) {
  sections.push(
    await resultOf(section, { ...lab, say: (text) => say(`${section.name}: ${text}`) }),
  );
  // A run takes most of an hour: one that is broken off keeps what it has measured.
  if (outputFile !== undefined) writeFileSync(outputFile, asJson());
}
lab.stop();
say('');

const json = asJson();
process.stdout.write(isJson ? json : `${report(result)}\n`);
if (old !== undefined) {
  const found = comparison(changes(old, result));
  // JSON stays alone on the standard output.
  if (isJson) process.stderr.write(`${found}\n`);
  else console.log(`\nBeside ${compare}\n${found}`);
}

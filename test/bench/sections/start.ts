import { spawnSync } from 'node:child_process';
import { Samples } from '../figures/samples.ts';
import { shuffled } from '../figures/statistics.ts';
import type { Lab } from '../lab.ts';
import { onCores } from '../machine/cores.ts';
import { DoesNotStart } from '../machine/program.ts';
import type { Row, Section } from './section.ts';

/** What is imported. */
const EXPRESS = 'import express';
const OURS = 'import express-mcp-gateway';

const importing = (name: string, specifierOf: (lab: Lab) => string) => ({ name, specifierOf });
const MODULES = [
  importing(EXPRESS, () => 'express'),
  importing('import http-proxy-middleware', () => 'http-proxy-middleware'),
  importing(OURS, ({ library }) => `${library}index.js`),
  importing('import express-mcp-gateway/proxy', ({ library }) => `${library}exports/proxy.js`),
];

/** What a process pays for the package before it serves. */
export const start: Section = {
  name: 'start',
  title: 'Cold start',
  about:
    'A new process imports one package: time on the clock and on the CPU from the beginning of the import to its end, and the memory that the process grew by.',
  isQuick: true,
  metrics: [
    { key: 'ms', heading: 'ms', digits: 1, quartiles: true },
    { key: 'cpu', heading: 'CPU ms', digits: 1, quartiles: true },
    { key: 'ratio', heading: 'CPU × Express', digits: 2, quartiles: true, compared: 'less' },
    { key: 'rss', heading: 'memory MB', digits: 1 },
  ],
  reference: { of: () => EXPRESS, metric: 'cpu' },
  targets: [
    {
      name: 'importing the package, × importing Express',
      metric: 'cpu',
      row: OURS,
      over: EXPRESS,
      atMost: 1.5,
    },
  ],
  rows: () => MODULES.map(({ name }): Row => ({ name, start: notServing })),
  async run(lab) {
    const samples = new Samples();
    const rounds = lab.isQuick ? 5 : 20;
    for (let round = 0; round <= rounds; round += 1) {
      lab.say(`round ${round} of ${rounds}`);
      // The first reads files that are in the machine's memory from then on.
      if (round > 0) samples.beginRound();
      for (const { name, specifierOf } of shuffled(MODULES))
        samples.add(name, importOnce(lab, specifierOf(lab)));
    }
    return samples;
  },
};

const SCRIPT = `
const [, specifier] = process.argv;
const before = { cpu: process.cpuUsage(), rss: process.memoryUsage.rss() };
const start = performance.now();
await import(specifier);
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(before.cpu);
const rss = (process.memoryUsage.rss() - before.rss) / 2 ** 20;
console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, rss }));
`;

function importOnce({ node }: Lab, specifier: string): Record<string, number> {
  const args = ['--input-type=module', '--eval', SCRIPT, specifier];
  const { stdout, stderr } = spawnSync(...onCores('proxy', node.path, args), { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const notServing = () => Promise.reject(new DoesNotStart('It only imports'));

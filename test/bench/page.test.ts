import { describe, expect, test } from '@jest/globals';
import { fillPage, markdownParts, markdownTable, partsOf } from './figures/markdown.ts';
import { barPlot } from './figures/plot.ts';
import { plotsOf } from './figures/plots.ts';
import { report } from './figures/report.ts';
import type { Result, SectionResult } from './figures/result.ts';

const figure = (median: number) => ({ q1: median - 1, median, q3: median + 1 });

const RESULT: Result = {
  machine: {
    cpu: 'A processor',
    cores: 2,
    kernel: '6.1',
    memoryGb: 8,
    pinned: true,
    loadBefore: 0.2,
    unrest: { q1: 0.95, median: 1, q3: 1.05 },
  },
  command: 'npm run bench -- --outputFile run.json',
  versions: { Node: '24.0.0', nginx: '1.22.1' },
  configurations: { nginx: 'daemon off;\n' },
  sections: [
    {
      name: 'relay',
      title: 'A request relayed',
      about: 'POST of 440 bytes.',
      metrics: [
        { key: 'cpu', heading: 'CPU µs/request', digits: 1, quartiles: true },
        { key: 'perSecond', heading: 'requests/s', digits: 0 },
      ],
      rows: [
        { name: 'nginx', figures: { cpu: figure(14.25) } },
        { name: 'nothing on', figures: { cpu: figure(50), perSecond: figure(20_500) } },
        { name: 'haproxy', figures: {}, note: 'left out' },
      ],
      targets: [{ name: 'nothing on, × nginx', figure: figure(3.5), atMost: 4 }],
    },
  ],
};

describe('the page', () => {
  const parts = markdownParts([RESULT]);

  test('has a plot and a table for each section, with quartiles, and dashes where nothing was measured', () => {
    expect(parts.relay).toBe(`POST of 440 bytes.

![A request relayed: CPU of the proxy](./cost/relay.svg)

|  | CPU µs/request | requests/s |
| --- | ---: | ---: |
| nginx | 14.3 (13.3 … 15.3) | – |
| nothing on | 50.0 (49.0 … 51.0) | 20,500 |

\`npm run bench -- --only relay\``);
  });

  test('says what was aimed at, on which machine, and how others were configured', () => {
    expect(parts.aims).toContain('| nothing on, × nginx | 3.50 (2.50 … 4.50) | ≤ 4 | yes |');
    expect(parts.conditions).toContain('`npm run bench -- --outputFile run.json`');
    expect(parts.conditions).toContain('Node 24.0.0, nginx 1.22.1');
    expect(parts.conditions).toContain('between 0.95 and 1.05');
    expect(parts.conditions).not.toContain('busy');
    expect(parts.configurations).toContain('```text\ndaemon off;\n```');
  });

  test('says where the machine was busy with other work', () => {
    const busy = { ...RESULT, machine: { ...RESULT.machine, loadBefore: 12 } };
    expect(markdownParts([busy]).conditions).toContain(
      '12.0 processes wanted to run: the machine was busy',
    );
  });

  test('of several runs has each section as the last one measured it, and says which run it is from', () => {
    const [relay] = RESULT.sections as [SectionResult];
    const chain = { ...relay, name: 'chain', targets: [] };
    const first = { ...RESULT, sections: [relay, chain] };
    const nginx = { name: 'nginx', figures: { cpu: figure(9) } };
    const last = {
      ...RESULT,
      command: 'npm run bench -- --only relay',
      sections: [{ ...relay, rows: [nginx] }],
    };
    const { relay: shown, conditions } = markdownParts([first, last]);
    expect(shown).toContain('| nginx | 9.0 (8.0 … 10.0) | – |');
    expect(shown).not.toContain('14.3');
    expect(conditions).toContain('run.json`, of which this page has: chain\n');
    expect(conditions).toContain('`npm run bench -- --only relay`\n');
  });

  test('is filled between its marks, again and again, and nowhere else', () => {
    const page = 'Before\n<!-- begin: relay -->\nold\n<!-- end: relay -->\nafter';
    const filled = fillPage(page, { relay: 'new' });
    expect(filled).toBe('Before\n<!-- begin: relay -->\n\nnew\n\n<!-- end: relay -->\nafter');
    expect(fillPage(filled, { relay: 'new' })).toBe(filled);
    expect(partsOf(filled)).toEqual(['relay']);
  });

  test('has to have a place for what is written', () => {
    expect(() => fillPage('', { relay: 'new' })).toThrow(/no place for relay/);
  });

  test('tables hold what would end a cell', () => {
    expect(markdownTable(['a|b'], [['c']])).toBe('| a\\|b |\n| --- |\n| c |');
  });
});

test('on a terminal each section has its table, and what was aimed at comes after them', () => {
  const text = report(RESULT);
  expect(text).toMatch(/A request relayed\nPOST of 440 bytes\..*nginx.*nothing on.*Aims/s);
  expect(text).toContain('haproxy (left out)');
});

describe('plots', () => {
  test('show the rows that have a figure, the least first, and whose they are', () => {
    const { relay } = plotsOf(RESULT);
    expect(relay?.bars.map(({ label, isOwn }) => [label, isOwn])).toEqual([
      ['nginx', false],
      ['nothing on', true],
    ]);
    expect(Object.keys(plotsOf(RESULT))).toEqual(['relay']);
  });

  test('bars are as long as their values, and the longest fits', () => {
    const bars = [10, 20].map((value) => ({
      label: `of ${value}`,
      figure: { q1: value, median: value, q3: value },
      isOwn: false,
    }));
    const svg = barPlot({ title: 'Cost', unit: 'µs', digits: 0, bars });
    const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    const [short = 0, long = 0] = widths;
    expect(long / short).toBeCloseTo(2);
    const [, total] = /<svg [^>]*width="(\d+)"/.exec(svg) ?? [];
    expect(long).toBeLessThan(Number(total));
  });

  test('a name is text, whatever is in it', () => {
    const bar = { label: 'a < b & "c"', figure: figure(2), isOwn: true };
    const svg = barPlot({ title: 'Cost', unit: 'µs', digits: 0, bars: [bar] });
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;</text>');
  });
});

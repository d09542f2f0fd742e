import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { partsOf } from './figures/markdown.ts';
import type { Lab } from './lab.ts';
import type { Issuer } from './machine/issuer.ts';
import { readOptions } from './options.ts';
import { haproxy, haproxyConfiguration } from './others/haproxy.ts';
import { krakend, krakendChain, krakendRelay } from './others/krakend.ts';
import { nginx, nginxConfiguration } from './others/nginx.ts';
import { type Places, pathOf } from './others/other.ts';
import { SECTIONS } from './sections/sections.ts';

const ISSUER: Issuer = {
  url: 'https://idp.example',
  audience: 'https://gateway.example/mcp',
  jwksUri: 'http://127.0.0.1:9/jwks',
  token: 'token',
  origin: 'https://app.example',
};
const NODE_22 = { path: '/node22', version: '22.20.0' };
const LAB = { issuer: ISSUER, otherNodes: [NODE_22] } as unknown as Lab;
const names = SECTIONS.map(({ name }) => name);

describe.each(SECTIONS.map((section) => [section.name, section] as const))('%s', (_, section) => {
  const rows = section.rows(LAB).map(({ name }) => name);

  test('has each row once', () => {
    expect(rows.length).toBeGreaterThan(1);
    expect(new Set(rows).size).toBe(rows.length);
  });

  test('takes ratios of rows and figures that there are', () => {
    const metrics = section.metrics.map(({ key }) => key);
    for (const { row, minus = row, over = row } of section.targets ?? [])
      expect(rows).toEqual(expect.arrayContaining([row, minus, over]));
    if (section.reference !== undefined) {
      const { of, metric } = section.reference;
      expect(metrics).toContain(metric);
      expect(rows).toEqual(expect.arrayContaining(rows.map(of)));
    }
  });
});

test('the page on costs has a place for each section, and for nothing that no run gives', () => {
  const page = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
  const given = [...names, 'aims', 'conditions', 'configurations'];
  expect(new Set(partsOf(page))).toEqual(new Set(given));
  expect(partsOf(page)).toHaveLength(given.length);
});

describe('options', () => {
  test('a name stands for a section, or for several that begin with it', () => {
    expect(readOptions(['--only', 'streams', '--quick'], names)).toMatchObject({
      only: ['streams'],
      isQuick: true,
      isJson: false,
    });
  });

  test('what is no section is told, with those there are', () => {
    expect(() => readOptions(['--only', 'stream'], names)).toThrow(/There are: relay, chain/);
  });
});

describe('a program takes the configuration that it gets', () => {
  const configurations = [
    ['nginx', nginx, nginxConfiguration],
    ['haproxy', haproxy, haproxyConfiguration],
    ['KrakenD', krakend, krakendRelay],
    ['KrakenD, everything on', krakend, (places: Places) => krakendChain(places, ISSUER)],
  ] as const;

  const known = configurations.filter(([, other]) => pathOf(other) !== undefined);
  const missing = configurations.filter((each) => !known.includes(each));

  test.each(known)('%s', (_, other, configuration) => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-configuration-'));
    try {
      const file = join(folder, other.file);
      writeFileSync(file, configuration({ port: 10_080, upstream: 10_081, folder }));
      const args = other.check(file);
      const { status, stdout, stderr } = spawnSync(pathOf(other) as string, args, {
        encoding: 'utf8',
      });
      expect([status, `${stdout}${stderr}`]).toEqual([0, expect.anything()]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [name] of missing) {
    process.stderr.write(`Skipped: the configuration of ${name} (it is not on PATH)\n`);
  }
});

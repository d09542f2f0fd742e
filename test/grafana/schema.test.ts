import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defaultDashboard } from '@grafana/schema';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DASHBOARD_TEXT, PANELS } from '../support/dashboard.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const TYPE = join(root, 'test/grafana/support/dashboard-type.ts');
const OPTIONS = '--ignoreConfig --noEmit --strict --skipLibCheck --module nodenext';

let folder = '';

/** What TypeScript says to a dashboard, as Grafana's own types have it. */
async function mistakesIn(dashboard: string): Promise<string> {
  const file = join(folder, 'dashboard.ts');
  // A literal in the source, because an imported document would lose the values of its members.
  const source = `import type { GrafanaDashboard } from '${TYPE}';
export const dashboard: GrafanaDashboard = ${dashboard};\n`;
  await writeFile(file, source);
  const args = [...OPTIONS.split(' '), '--allowImportingTsExtensions', file];
  const checked = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), args);
  return checked.then(
    ({ stdout }) => stdout,
    ({ stdout }) => stdout,
  );
}

describe('the dashboard is what Grafana takes', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("by Grafana's types of dashboards, panels, options and fields", async () => {
    expect(await mistakesIn(DASHBOARD_TEXT)).toBe('');
  });

  test.each([
    ['a member that it does not have', '"gridPos"', '"gridPosition"'],
    ['a version that is no number', /"schemaVersion": \d+/, '"schemaVersion": "42"'],
    ['a kind of panel that is not here', '"type": "stat"', '"type": "stats"'],
    ['an option of a kind of panel', '"colorMode": "value"', '"colorMode": "bright"'],
    ['how lines are drawn', '"drawStyle": "line"', '"drawStyle": "lines"'],
    ['a member of a query', '"expr"', '"expression"'],
    ['when a variable is read', /"refresh": 2\b/, '"refresh": 3'],
  ])('the types would tell of %s', async (_what, from, to) => {
    const wrong = DASHBOARD_TEXT.replace(from, to);
    expect(wrong).not.toBe(DASHBOARD_TEXT);
    expect(await mistakesIn(wrong)).toContain('error TS');
  });

  test('it is of the version of the schema that these types are of', () => {
    expect(JSON.parse(DASHBOARD_TEXT).schemaVersion).toBe(defaultDashboard.schemaVersion);
  });
});

describe('the layout', () => {
  const { panels } = JSON.parse(DASHBOARD_TEXT) as { panels: typeof PANELS };

  test('ids and titles are there once', () => {
    expect(PANELS.length).toBeGreaterThanOrEqual(15);
    for (const values of [panels.map(({ id }) => String(id)), panels.map(({ title }) => title)]) {
      expect(values.filter((value, i) => values.indexOf(value) !== i)).toEqual([]);
    }
  });

  test('panels are within the 24 columns, and none covers another', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      const { x, y, w, h } = gridPos;
      expect([title, x >= 0 && x + w <= 24]).toEqual([title, true]);
      for (let column = x; column < x + w; column += 1) {
        for (let line = y; line < y + h; line += 1) {
          const cell = `${column}/${line}`;
          expect([cell, taken.get(cell), title]).toEqual([cell, undefined, title]);
          taken.set(cell, title);
        }
      }
    }
  });

  test('panels, queries and variables ask the data source that the first variable names', () => {
    const dashboard = JSON.parse(DASHBOARD_TEXT);
    const { list } = dashboard.templating;
    const names = list.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['datasource', 'gateway']);
    const uses = [...PANELS, ...PANELS.flatMap(({ targets = [] }) => targets), list[1]];
    expect(uses.length).toBeGreaterThan(2 * PANELS.length);
    for (const { datasource } of uses) {
      expect(datasource).toEqual({ type: 'prometheus', uid: `\${${names[0]}}` });
    }
  });

  test('names no variable that is not there', () => {
    const used = [...DASHBOARD_TEXT.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(
      new Set(['datasource', 'gateway', '__all', '__range', '__rate_interval']),
    );
  });
});

import { expect, test } from '@jest/globals';
import { read } from '../support/pages.ts';

const [, ...versions] = read('CHANGELOG.md').split(/^## (?=\[)/m);
const [, ...released] = versions.map((version) => /^\[(.+?)\] - (\S+)$/m.exec(version)?.slice(1));

test('what is unreleased comes first, then each version with its day, the newest first', () => {
  expect(versions[0]).toMatch(/^\[Unreleased\]\n/);
  const { version } = JSON.parse(read('package.json'));
  expect(released[0]).toEqual([version, expect.stringMatching(/^\d{4}-\d\d-\d\d$/)]);
  const days = released.map((each) => each?.[1]);
  expect(days).toEqual(days.toSorted().toReversed());
});

test.each(versions)(
  'each section is there once, in the order of Keep a Changelog: %.12s',
  (version) => {
    const order = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
    const sections = [...version.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(order.filter((name) => sections.includes(name)));
  },
);

test('has each change once', () => {
  const changes = versions.flatMap((version) =>
    version
      .replaceAll(/^#+ .*$/gm, '')
      .split(/^- /m)
      .slice(1)
      .map((change) => change.trim()),
  );
  expect(changes.length).toBeGreaterThan(100);
  expect(changes.filter((change, i) => changes.indexOf(change) !== i)).toEqual([]);
});

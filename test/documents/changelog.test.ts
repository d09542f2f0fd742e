import { expect, test } from '@jest/globals';
import { read } from '../support/pages.ts';

const [, unreleased = ''] = read('CHANGELOG.md').split(/^## \[/m);

test('has each section of what is unreleased once, in the order of Keep a Changelog', () => {
  const order = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
  const sections = [...unreleased.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
  expect(sections).toEqual(order.filter((name) => sections.includes(name)));
});

test('has each change once', () => {
  const changes = unreleased.split(/^(?:- |#+ )/m).map((change) => change.trim());
  expect(changes.filter((change, i) => changes.indexOf(change) !== i)).toEqual([]);
});

import { expect, test } from '@jest/globals';
import { SIDEBAR } from '../../docs/.vitepress/sidebar.ts';
import { PAGES } from '../support/pages.ts';

test('has each page of docs once', () => {
  const listed = SIDEBAR.flatMap(({ items }) => items)
    .map(({ link }) => `docs${link}.md`)
    .filter((page) => !page.startsWith('docs/repository/'));
  const pages = PAGES.filter((page) => page !== 'README.md');
  expect(listed).toHaveLength(new Set(listed).size);
  expect(new Set(listed)).toEqual(new Set(pages));
});

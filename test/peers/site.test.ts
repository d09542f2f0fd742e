import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { anchorsOf, PAGES } from '../support/pages.ts';
import { describeBrowser } from './support/browser.ts';
import { Site } from './support/site.ts';

let site: Site;

beforeAll(() => {
  site = new Site();
});
afterAll(() => site?.remove());

const fileOf = (page: string) =>
  page.startsWith('docs/')
    ? page.replace('docs/', '').replace(/md$/, 'html')
    : `repository/${page.replace(/md$/, 'html')}`;

test('each page has the anchors that it has on GitHub', () => {
  for (const page of PAGES) {
    const ids = [...site.read(fileOf(page)).matchAll(/<h\d id="([^"]+)"/g)].map(([, id]) => id);
    expect([page, ids]).toEqual([page, expect.arrayContaining([...new Set(anchorsOf(page))])]);
  }
});

/** Those with wide tables, long lines, plots, or much of anything. */
const WIDE = [
  'index.html',
  'repository/README.html',
  'repository/examples/minimal.ts.html',
  'reference/options.html',
  'reference/errors.html',
  'reference/bounds.html',
  'reference/api.html',
  'slots/auth.html',
  'architecture.html',
  'cost.html',
];

/** What goes wrong on a page from now on. */
function watch(page: Page): readonly string[] {
  const wrong: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(message.text());
  });
  page.on('pageerror', ({ message }) => wrong.push(message));
  page.on('response', (answer) => {
    if (answer.status() >= 400) wrong.push(`${answer.status()} ${answer.url()}`);
  });
  return wrong;
}

describeBrowser('the site in a browser', (openPage) => {
  async function open(width: number) {
    const url = await site.serve();
    const { page } = await openPage();
    await page.setViewportSize({ width, height: 900 });
    const wrong = watch(page);
    return { page, wrong, go: (path: string) => page.goto(`${url}/${path}`) };
  }

  test.each([390, 1280])('no page is wider than a screen of %i pixels', async (width) => {
    const { page, wrong, go } = await open(width);
    for (const path of WIDE) {
      await go(path);
      await page.locator('h1').waitFor();
      const needed = await page.evaluate('document.documentElement.scrollWidth');
      expect([path, needed]).toEqual([path, width]);
    }
    expect(wrong).toEqual([]);
  });

  test.each([390, 1280])('the sidebar leads to another page at %i pixels', async (width) => {
    const { page, wrong, go } = await open(width);
    await go('index.html');
    if (width < 960) await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await page.locator('.VPSidebar').getByRole('link', { name: 'rateLimit', exact: true }).click();
    await page.locator('h1', { hasText: 'rateLimit' }).waitFor();
    expect(page.url()).toMatch(/\/slots\/rate-limit\.html$/);
    expect(wrong).toEqual([]);
  });

  test('a link to a reason of an error shows it', async () => {
    const { page, wrong, go } = await open(1280);
    await go('reference/errors.html');
    await page.getByRole('link', { name: 'upstream_timeout', exact: true }).first().click();
    await page.waitForURL(/#upstream_timeout$/);
    const heading = page.locator('h3#upstream_timeout');
    await page.waitForFunction('scrollY > 0');
    expect(await heading.isVisible()).toBe(true);
    expect(wrong).toEqual([]);
  });

  test('the search finds an option, without any other server', async () => {
    const { page, wrong, go } = await open(1280);
    await go('index.html');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('.VPLocalSearchBox input').fill('ipFilter');
    await page
      .locator('.VPLocalSearchBox .result', { hasText: 'ipFilter: addresses' })
      .first()
      .click();
    await page.locator('h1', { hasText: 'ipFilter' }).waitFor();
    expect(wrong).toEqual([]);
  });
});

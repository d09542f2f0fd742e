import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { jwt } from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { startAuthorizationServer } from './support/authorization-server.ts';
import { describeBrowser } from './support/browser.ts';
import { type Heard, startHeardServer } from './support/heard-server.ts';
import type { ClientUse, PageRequest } from './support/in-page.ts';
import { logIn } from './support/log-in.ts';
import { startPublicGateway } from './support/public-gateway.ts';

const ERAS = [
  { era: 'legacy', mode: 'legacy' },
  { era: 'modern', mode: { pin: '2026-07-28' } },
] as const;

/** A gateway for the pages of one origin, before a server; `arrived` is what reached the gateway. */
async function setUp(origin: string) {
  const { url: target, heard } = await startHeardServer();
  const arrived: Heard[] = [];
  const gateway = await startGateway({ target, cors: { origin } }, (app) => {
    app.use(({ method, headers }, _res, next) => {
      arrived.push({ method, headers });
      next();
    });
  });
  return { ...gateway, arrived, heard };
}

const converse = (page: Page, use: ClientUse) =>
  page.evaluate((given) => inPage.converse(given), use);

const request = (page: Page, url: string, init: PageRequest) =>
  page.evaluate(([to, how]) => inPage.request(to, how), [url, init] as const);

const methodsOf = (seen: readonly Heard[]) => new Set(seen.map(({ method }) => method));

const LIST = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

describeBrowser('a page on the allowed origin', (openPage) => {
  test.each(ERAS)('runs the official client, $era, streams included', async ({ era, mode }) => {
    const { page, origin } = await openPage();
    const { url, heard, arrived, errors } = await setUp(origin);
    expect(await converse(page, { url, mode })).toEqual({
      era,
      hasSession: era === 'legacy',
      tools: expect.arrayContaining(['wait', 'go']),
      steps: [1, 2],
      result: [{ type: 'text', text: 'waited' }],
      changed: expect.arrayContaining(['wait', 'go']),
    });

    const used = era === 'legacy' ? ['POST', 'GET', 'DELETE'] : ['POST'];
    expect(methodsOf(heard)).toEqual(new Set(used));
    expect(methodsOf(arrived)).toEqual(new Set([...used, 'OPTIONS']));
    const listens = heard.filter(({ headers }) => headers['mcp-method'] === 'subscriptions/listen');
    expect(listens).toHaveLength(era === 'legacy' ? 0 : 1);
    expect(errors).toEqual([]);
  });

  test.each(ERAS)('sends a parameter of a tool as a header, $era', async ({ mode }) => {
    const { page, origin } = await openPage();
    const { url, heard, arrived } = await setUp(origin);
    const said = await page.evaluate((use) => inPage.mirror(use), { url, mode });
    expect(said).toEqual([{ type: 'text', text: 'Region: eu' }]);
    const asked = arrived.map(({ headers }) => headers['access-control-request-headers'] ?? '');
    expect(asked.filter((names) => names.split(',').includes('mcp-param-region'))).toHaveLength(1);
    expect(heard.flatMap(({ headers }) => headers['mcp-param-region'] ?? [])).toEqual(['eu']);
  });

  test('reads a 401 and where to get a token, and gets on with one', async () => {
    const { page, origin } = await openPage();
    const { url: target, heard } = await startHeardServer();
    const server = await startAuthorizationServer();
    const { issuer } = server;
    const url = await startPublicGateway((audience) => ({
      target,
      cors: { origin },
      auth: jwt({ issuer, audience, scopes: ['tools:read'] }),
    }));
    const metadata = new URL('/.well-known/oauth-protected-resource/mcp', url).href;
    const refused = await request(page, url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer none' },
      body: LIST,
    });
    expect(refused).toMatchObject({
      type: 'cors',
      status: 401,
      text: expect.stringContaining('"error"'),
      headers: { 'www-authenticate': expect.stringContaining(`resource_metadata="${metadata}"`) },
    });
    expect(await request(page, metadata, { method: 'GET' })).toMatchObject({
      status: 200,
      text: expect.stringContaining(issuer),
    });
    expect(heard).toEqual([]);

    server.resources.add(url);
    const asking = { user: 'alice', resource: url, scope: 'tools:read' };
    const token = await logIn(server, asking);
    const headers = { Authorization: `Bearer ${token}` };
    for (const { era, mode } of ERAS) {
      expect(await converse(page, { url, mode, headers })).toMatchObject({ era, steps: [1, 2] });
    }
  });
});

describeBrowser(
  'a page on another origin gets nothing, and the upstream never hears of it',
  (openPage) => {
    /** The gateway allows a page of another port only. */
    async function setUpStranger(allowed = 'http://127.0.0.1:1') {
      return { ...(await openPage()), ...(await setUp(allowed)) };
    }

    test.each(ERAS)('the official client, $era', async ({ era, mode }) => {
      const friend = await openPage();
      const { page, url, heard, arrived, errors } = await setUpStranger(friend.origin);
      await expect(converse(page, { url, mode })).rejects.toThrow();
      expect(methodsOf(arrived)).toEqual(new Set(['OPTIONS']));
      expect(new Set(errors.map(({ reason }) => reason))).toEqual(new Set(['origin_not_allowed']));
      expect(heard).toEqual([]);
      expect(await converse(friend.page, { url, mode })).toMatchObject({ era });
    });

    const json = { 'Content-Type': 'application/json' };
    test.each([
      { method: 'POST', headers: json, body: LIST },
      { method: 'GET', headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': 'a' } },
      { method: 'DELETE', headers: { 'Mcp-Session-Id': 'a' } },
      { method: 'PUT', headers: json, body: LIST },
      { method: 'OPTIONS', headers: json },
      { method: 'HEAD', headers: { 'Mcp-Session-Id': 'a' } },
    ])('$method, of which the preflight is refused', async (init) => {
      const { page, origin, url, heard, arrived, errors } = await setUpStranger();
      expect(await request(page, url, init)).toEqual({ error: 'TypeError' });
      expect(arrived).toEqual([
        { method: 'OPTIONS', headers: expect.objectContaining({ origin }) },
      ]);
      expect(errors.map(({ reason }) => reason)).toEqual(['origin_not_allowed']);
      expect(heard).toEqual([]);
    });

    const unreadable = { error: 'TypeError' };
    const opaque = { type: 'opaque', status: 0, text: '', headers: {} };
    const simple = { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: LIST };
    test.each([
      { how: 'POST of text/plain', init: simple, sees: unreadable },
      { how: 'POST of text/plain, no-cors', init: { ...simple, mode: 'no-cors' }, sees: opaque },
      {
        how: 'GET',
        init: { method: 'GET', headers: { Accept: 'text/event-stream' } },
        sees: unreadable,
      },
      {
        how: 'GET, no-cors',
        init: { method: 'GET', mode: 'no-cors', headers: { Accept: 'text/event-stream' } },
        sees: opaque,
      },
      { how: 'HEAD', init: { method: 'HEAD' }, sees: unreadable },
    ] as const)('$how, without a preflight', async ({ init, sees }) => {
      const { page, origin, url, heard, arrived, errors } = await setUpStranger();
      expect(await request(page, url, init)).toEqual(sees);
      expect(arrived).toEqual([
        {
          method: init.method,
          headers: expect.objectContaining(
            // A browser does not name the origin of a page that only shows what it gets.
            sees === opaque && init.method === 'GET'
              ? { 'sec-fetch-site': 'same-site' }
              : { origin },
          ),
        },
      ]);
      expect(errors.map(({ reason }) => reason)).toEqual(['origin_not_allowed']);
      expect(heard).toEqual([]);
    });

    test('a form, whose answer is shown', async () => {
      const { page, url, heard, errors } = await setUpStranger();
      await page.setContent(
        `<form method="post" enctype="text/plain" action="${url}"><input name='${LIST}'><button>`,
      );
      const [answer] = await Promise.all([page.waitForResponse(url), page.click('button')]);
      expect(answer.status()).toBe(403);
      expect(errors.map(({ reason }) => reason)).toEqual(['origin_not_allowed']);
      expect(heard).toEqual([]);
    });
  },
);

import { describe, expect, test } from '@jest/globals';
import { protectedResourceMetadata } from '../../src/index.ts';
import { headerOf } from '../support/client/answer.ts';
import { send } from '../support/client/send.ts';
import { pathsOf } from '../support/config-error.ts';
import { HOSTS } from '../support/hosts.ts';
import { serve } from '../support/servers.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const OPTIONS = {
  publicUrl: 'https://gateway.example/tools/mcp',
  authorizationServers: ['https://idp.example', 'https://idp.example/tenant/'],
  scopes: ['mcp'],
};
const DOCUMENT = {
  resource: 'https://gateway.example/tools/mcp',
  authorization_servers: ['https://idp.example', 'https://idp.example/tenant/'],
  scopes_supported: ['mcp'],
  bearer_methods_supported: ['header'],
};

describe.each(HOSTS)('protectedResourceMetadata by itself in %s', (_, use) => {
  test.each([true, false])('with root: %j', async (root) => {
    const { port } = await serve(use([protectedResourceMetadata({ ...OPTIONS, root })], '/'));
    const own = await send(port, { method: 'GET', path: `${WELL_KNOWN}/tools/mcp` });
    expect([own.status, JSON.parse(own.body)]).toEqual([200, DOCUMENT]);

    const atRoot = await send(port, { method: 'GET', path: WELL_KNOWN });
    expect(atRoot.status).toBe(root ? 200 : 404);
    expect(atRoot.body === own.body).toBe(root);
    // The rest is the app's.
    const other = await send(port, { method: 'GET', path: `${WELL_KNOWN}/tools` });
    expect(other.status).toBe(404);
  });

  test('to pages of any origin', async () => {
    const { port } = await serve(use([protectedResourceMetadata(OPTIONS)], '/'));
    const path = `${WELL_KNOWN}/tools/mcp`;
    const headers = { Origin: 'https://evil.example' };
    const got = await send(port, { method: 'GET', path, headers });
    expect(headerOf(got, 'access-control-allow-origin')).toBe('*');
    const preflight = await send(port, { method: 'OPTIONS', path, headers });
    expect([preflight.status, headerOf(preflight, 'access-control-allow-origin')]).toEqual([
      204,
      '*',
    ]);
    expect((await send(port, { path, headers })).status).toBe(405);
  });
});

test.each<[string, object | undefined, string[]]>([
  ['nothing', undefined, ['']],
  ['no URL', { ...OPTIONS, publicUrl: undefined }, ['publicUrl']],
  ['a URL with a query', { ...OPTIONS, publicUrl: 'https://a.example/?b' }, ['publicUrl']],
  ['a URL of another scheme', { ...OPTIONS, publicUrl: 'ftp://a.example/' }, ['publicUrl']],
  ['no issuer', { ...OPTIONS, authorizationServers: [] }, ['authorizationServers']],
  ['one that is none', { ...OPTIONS, authorizationServers: ['idp'] }, ['authorizationServers[0]']],
  ['a scope of the client', { ...OPTIONS, scopes: ['a', 'offline_access'] }, ['scopes[1]']],
  ['a scope with a blank', { ...OPTIONS, scopes: ['a b'] }, ['scopes[0]']],
  ['a root that is neither', { ...OPTIONS, root: '/' }, ['root']],
  ['an unknown option', { ...OPTIONS, scope: [] }, ['scope']],
  [
    'several',
    { scopes: [''], root: 1 },
    ['publicUrl', 'root', 'authorizationServers', 'scopes[0]'],
  ],
])('%s is a mistake that is told', (_, options, paths) => {
  const build = () => protectedResourceMetadata(options as unknown as typeof OPTIONS);
  expect(pathsOf(build)).toEqual(paths);
});

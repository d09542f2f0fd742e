import { describe, expect, test } from '@jest/globals';
import { createMcpGateway, mcpProxy } from '../../src/index.ts';
import { pathsOf } from '../support/config-error.ts';

const target = 'http://h/mcp?key=1';

describe('query and redirects are refused at construction', () => {
  test.each<[name: string, options: object, paths: string[]]>([
    ['a list for query', { query: ['folder'] }, ['query']],
    ['true for query', { query: true }, ['query']],
    ['null for query', { query: null }, ['query']],
    ['another member', { query: { forward: ['a'], drop: ['b'] } }, ['query.drop']],
    ['no list', { query: {} }, ['query.forward']],
    ['a text for a list', { query: { forward: 'folder' } }, ['query.forward']],
    ['an empty list', { query: { forward: [] } }, ['query.forward']],
    ['a number', { query: { forward: ['a', 1] } }, ['query.forward[1]']],
    ['an empty name', { query: { forward: [''] } }, ['query.forward[0]']],
    ['a line end in a name', { query: { forward: ['a\n'] } }, ['query.forward[0]']],
    ['half a surrogate pair', { query: { forward: ['\ud800'] } }, ['query.forward[0]']],
    ['true for redirects', { redirects: true }, ['redirects']],
    ['another text for redirects', { redirects: 'follow' }, ['redirects']],
    ['null for redirects', { redirects: null }, ['redirects']],
  ])('%s', (_name, options, paths) => {
    // biome-ignore lint/suspicious/noExplicitAny: these are mistakes a type checker would have caught.
    const config = { target, ...options } as any;
    expect(pathsOf(() => createMcpGateway(config))).toEqual(paths);
    expect(pathsOf(() => mcpProxy(config))).toEqual(paths);
  });

  test.each<object>([
    { query: false },
    { query: { forward: ['folder', 'größe', 'a b', 'x[]'] } },
    { redirects: false },
    { redirects: 'same-origin' },
  ])('not %j', (options) => {
    expect(pathsOf(() => createMcpGateway({ target, ...options }))).toEqual([]);
  });
});

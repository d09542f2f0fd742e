import { describe, expect, test } from '@jest/globals';
import { toGatewayConfigs } from '../../src/exports/krakend.ts';
import { BACKEND, BACKEND_EXTRA, ENDPOINT, pathOf, type Step, withValue } from './support/base.ts';
import {
  documentWith,
  group,
  REQUEST,
  RESPONSE,
  relayed,
  set,
  setInAnswer,
} from './support/martian.ts';
import { outcomeOf } from './support/outcome.ts';

type Change = readonly [at: readonly Step[], value: unknown];

const PATTERN: Change = [[...BACKEND, 'url_pattern'], '/mcp?k=v&l=1'];
const TENANT: readonly Change[] = [
  [[...ENDPOINT, 'endpoint'], '/{tenant}/mcp'],
  [[...BACKEND, 'url_pattern'], '/{tenant}/mcp?t={tenant}'],
];
const QUERY: Change = [[...ENDPOINT, 'input_query_strings'], ['q']];

function changed(document: object, changes: readonly Change[]): object {
  return changes.reduce((own, [at, value]) => withValue(own, at, value), document);
}

const filter = (kind: string, values: object, more: object = {}) => ({
  [kind]: { ...REQUEST, ...values, modifier: set('X-C', 'then'), ...more },
});

/** The upstream listens at 127.0.0.1, on a port of its own. */
describe('a filter on the URL of the backend', () => {
  test.each<[kind: string, values: object, holds: boolean]>([
    ['url.Filter', { scheme: 'http' }, true],
    ['url.Filter', { scheme: 'https' }, false],
    ['url.Filter', { path: '/mcp' }, true],
    ['url.Filter', { path: '/other' }, false],
    ['url.Filter', { path: '/mcp', query: 'k=v&l=1' }, true],
    ['url.Filter', { path: '/mcp', query: 'k=v' }, false],
    ['url.Filter', { host: '127.0.0.1' }, false],
    ['url.Filter', { host: '127.0.0.*' }, true],
    ['url.RegexFilter', { regex: '/mcp\\?k=v' }, true],
    ['url.RegexFilter', { regex: '^/mcp' }, false],
    ['querystring.Filter', { name: 'k', value: 'v' }, true],
    ['querystring.Filter', { name: 'k' }, true],
    ['querystring.Filter', { name: 'k', value: 'w' }, false],
    ['querystring.Filter', { name: 'm' }, false],
    ['port.Filter', { port: 80 }, false],
  ])('%s with %j holds: %s', async (kind, values, holds) => {
    const own = await relayed(filter(kind, values), {}, undefined, (document) =>
      changed(document, [PATTERN]),
    );
    expect(own.headers?.['x-c']).toBe(holds ? 'then' : undefined);
    expect(own.own.warnings.map(({ message }) => message).join()).toMatch(
      holds ? /^(?!.*never holds)/ : /never holds/,
    );
  });

  test.each<[kind: string, values: object]>([
    ['url.Filter', { path: '/other' }],
    ['url.RegexFilter', { regex: 'other' }],
    ['querystring.Filter', { name: 'm' }],
  ])('%s takes else where it does not hold', async (kind, values) => {
    const { headers } = await relayed(filter(kind, values, { else: set('X-D', 'else') }));
    expect([headers?.['x-c'], headers?.['x-d']]).toEqual([undefined, 'else']);
  });

  test('is asked for answers too', async () => {
    const modifier = {
      'url.Filter': { ...RESPONSE, path: '/mcp', modifier: setInAnswer('X-V', 'then') },
    };
    expect((await relayed(modifier)).answer.headers['x-v']).toBe('then');
  });

  test.each<[modifier: object, target: string]>([
    [
      filter(
        'port.Filter',
        { port: 9999 },
        { modifier: { 'port.Modifier': { ...REQUEST, port: 81 } } },
      ),
      'http://127.0.0.1:81/mcp',
    ],
    [
      filter(
        'port.Filter',
        { port: 80 },
        { modifier: { 'port.Modifier': { ...REQUEST, port: 81 } } },
      ),
      'http://127.0.0.1:9999/mcp',
    ],
    [
      group(
        { 'port.Modifier': { ...REQUEST, remove: true } },
        filter(
          'port.Filter',
          { port: 80 },
          {
            modifier: { 'url.Modifier': { ...REQUEST, path: '/by-default' } },
          },
        ),
      ),
      'http://127.0.0.1/by-default',
    ],
    [
      group(
        { 'url.Modifier': { ...REQUEST, path: '/x' } },
        filter(
          'url.Filter',
          { path: '/x' },
          {
            modifier: { 'querystring.Modifier': { ...REQUEST, name: 'b', value: 'a&b' } },
          },
        ),
      ),
      'http://127.0.0.1:9999/x?b=a%26b',
    ],
  ])('sees the URL of its step: %j', (modifier, target) => {
    expect(toGatewayConfigs(documentWith(modifier))[0]?.config.target).toBe(target);
  });

  test('a parameter of the query takes the place of the one there, and names stay names', () => {
    const modifier = { 'querystring.Modifier': { ...REQUEST, name: 'k', value: '{tenant}' } };
    const document = changed(documentWith(modifier), [
      [[...ENDPOINT, 'endpoint'], '/{tenant}/mcp'],
      [[...BACKEND, 'url_pattern'], '/mcp?z={tenant}&k=v'],
    ]);
    expect(toGatewayConfigs(document)[0]?.config.target).toBe(
      'http://127.0.0.1:9999/mcp?k=%7Btenant%7D&z={tenant}',
    );
  });

  test.each<[what: string, modifier: object, changes: readonly Change[], message: RegExp]>([
    [
      'on a path with parameters',
      filter('url.Filter', { path: '/a/mcp' }),
      TENANT,
      /differs among/,
    ],
    [
      'by a pattern, with parameters',
      filter('url.RegexFilter', { regex: 'a' }),
      TENANT,
      /differs among/,
    ],
    [
      'on a parameter of the client',
      filter('querystring.Filter', { name: 'q' }),
      [QUERY],
      /differs among/,
    ],
    [
      'on a value of the client',
      filter('querystring.Filter', { name: 't', value: 'a' }),
      TENANT,
      /differs among/,
    ],
    [
      'on the query of the client',
      filter('url.Filter', { query: 'k=v' }),
      [QUERY],
      /differs among/,
    ],
    [
      'by a pattern, with a query of the client',
      filter('url.RegexFilter', { regex: 'a' }),
      [QUERY],
      /differs among/,
    ],
    [
      'on one of several hosts',
      filter('url.Filter', { host: 'a.example' }),
      [
        [
          [...BACKEND, 'host'],
          ['http://a.example', 'http://b.example'],
        ],
      ],
      /some of the hosts/,
    ],
    ['on nothing', filter('url.Filter', {}), [], /always holds/],
    ['without a port', filter('port.Filter', {}), [], /write the port/],
    ['without a name', filter('querystring.Filter', {}), [], /name of the parameter/],
    ['without a pattern', filter('url.RegexFilter', {}), [], /write the pattern/],
    ['with a bad pattern', filter('url.RegexFilter', { regex: '(?=a)' }), [], /pattern/],
    [
      'on a port, with else',
      filter('port.Filter', { port: 80 }, { else: set('X-D', '1') }),
      [],
      /ignores else/,
    ],
    [
      'whose modifier is wrong, although it never holds',
      filter('port.Filter', { port: 80 }, { modifier: set('Content-Length', '1') }),
      [],
      /frames/,
    ],
  ])('%s is refused', (_what, modifier, changes, message) => {
    const { problems } = outcomeOf(changed(documentWith(modifier), changes));
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
    const at = pathOf([...BACKEND_EXTRA, 'modifier/martian']);
    expect(problems.every(({ path }) => path.startsWith(at))).toBe(true);
  });

  test.each<[kind: string, values: object, message: RegExp]>([
    ['url.Modifier', { path: 'x' }, /slash/],
    ['url.Modifier', { path: '/{x}' }, /braces/],
    ['url.Modifier', { path: '/%2f' }, /KrakenD encodes/],
    ['url.Modifier', { query: 'a=#' }, /braces/],
    ['url.Modifier', { host: 'a/b' }, /write a host/],
    ['url.Modifier', { scheme: 'ftp' }, /http or https/],
    ['port.Modifier', { port: 81, remove: true }, /exactly one/],
  ])('%s with %j is refused', (kind, values, message) => {
    const { problems } = outcomeOf(documentWith({ [kind]: { ...REQUEST, ...values } }));
    expect(problems.map((problem) => problem.message).join()).toMatch(message);
  });

  test('and a condition on headers cannot change the URL', () => {
    const modifier = {
      'header.Filter': {
        ...REQUEST,
        name: 'X-A',
        value: '1',
        modifier: { 'url.Modifier': { ...REQUEST, path: '/x' } },
      },
    };
    const { problems } = outcomeOf(documentWith(modifier));
    expect(problems.map(({ message }) => message).join()).toMatch(/same for all requests/);
  });
});

describe('a group', () => {
  test('cuts the scopes of what is in it', async () => {
    const modifier = {
      'priority.Group': {
        ...REQUEST,
        modifiers: [
          {
            priority: -1,
            modifier: {
              'header.Modifier': { scope: ['request', 'response'], name: 'X-V', value: '1' },
            },
          },
          {
            '@comment': 'a',
            priority: 2,
            modifier: { 'header.Modifier': { name: 'X-W', value: '2' } },
          },
        ],
      },
    };
    const { headers, answer } = await relayed(modifier);
    expect([headers?.['x-v'], headers?.['x-w']]).toEqual(['1', '2']);
    expect([answer.headers['x-v'], answer.headers['x-w']]).toEqual([undefined, undefined]);
  });

  test.each([
    [{ 'fifo.Group': REQUEST }, /does nothing/],
    [{ 'priority.Group': { ...REQUEST, modifiers: [] } }, /does nothing/],
    [{ 'fifo.Group': { ...RESPONSE, modifiers: [{ 'header.Id': {} }] } }, /is for requests/],
    [{ 'priority.Group': { modifiers: [{ modifier: set('X-V', '1') }] } }, /write a whole number/],
  ])('%j is refused', (modifier, message) => {
    const { problems } = outcomeOf(documentWith(modifier));
    expect(problems.map((problem) => problem.message).join()).toMatch(message);
  });
});

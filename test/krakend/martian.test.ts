import { describe, expect, test } from '@jest/globals';
import { toGatewayConfigs } from '../../src/exports/krakend.ts';
import { BACKEND_EXTRA, pathOf } from './support/base.ts';
import { documentWith, REQUEST, relayed, set } from './support/martian.ts';
import { outcomeOf } from './support/outcome.ts';

/** What the upstream gets when a client sends these headers. */
async function upstreamOf(
  modifier: object,
  headers: Record<string, string | string[]> = {},
  listed?: string[],
) {
  const { answer, ...seen } = await relayed(modifier, listed ? { headers, listed } : { headers });
  return { ...seen, answer };
}

describe('a modifier', () => {
  test.each<
    [
      what: string,
      modifier: object,
      sent: Record<string, string>,
      expected: Record<string, unknown>,
    ]
  >([
    ['sets a header', set('X-A', 'own'), { 'x-a': 'theirs' }, { 'x-a': 'own' }],
    ['sets one that is not listed', set('X-C', 'own'), { 'x-c': 'theirs' }, { 'x-c': 'own' }],
    ['sets the host', set('Host', 'other.example'), {}, { host: 'other.example' }],
    [
      'appends to what the client sent',
      { 'header.Append': { ...REQUEST, name: 'X-A', value: 'own' } },
      { 'x-a': 'theirs' },
      { 'x-a': 'theirs, own' },
    ],
    [
      'appends where there is nothing',
      { 'header.Append': { ...REQUEST, name: 'X-A', value: 'own' } },
      {},
      { 'x-a': 'own' },
    ],
    [
      'removes headers',
      { 'header.Blacklist': { ...REQUEST, names: ['x-a', 'User-Agent'] } },
      { 'x-a': '1', 'user-agent': 'a', 'x-b': '2' },
      { 'x-a': undefined, 'user-agent': undefined, 'x-b': '2' },
    ],
    [
      'removes what the gateway makes',
      { 'header.Blacklist': { ...REQUEST, names: ['X-Forwarded-For'] } },
      {},
      { 'x-forwarded-for': undefined },
    ],
    [
      'copies a header',
      { 'header.Copy': { ...REQUEST, from: 'X-A', to: 'X-C' } },
      { 'x-a': '1', 'x-c': 'theirs' },
      { 'x-c': '1' },
    ],
    [
      'copies nothing where there is nothing',
      { 'header.Copy': { ...REQUEST, from: 'X-A', to: 'X-C' } },
      { 'x-c': 'theirs' },
      { 'x-c': undefined },
    ],
    [
      'makes an id',
      { 'header.Id': { ...REQUEST } },
      { 'x-krakend-id': 'theirs' },
      { 'x-krakend-id': expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ],
    [
      'leaves an id that the client may give',
      { 'header.Id': { ...REQUEST, header: 'X-A' } },
      { 'x-a': 'theirs' },
      { 'x-a': 'theirs' },
    ],
    [
      'runs in the order of a group',
      {
        'fifo.Group': {
          ...REQUEST,
          modifiers: [
            set('X-C', '1'),
            set('X-C', '2'),
            { 'header.Copy': { ...REQUEST, from: 'X-C', to: 'X-D' } },
          ],
        },
      },
      {},
      { 'x-c': '2', 'x-d': '2' },
    ],
    [
      'runs by priority, the last of equal ones first',
      {
        'priority.Group': {
          ...REQUEST,
          modifiers: [
            { priority: 1, modifier: set('X-C', 'low') },
            { priority: 5, modifier: set('X-C', 'first of equals') },
            { priority: 5, modifier: set('X-C', 'last of equals') },
            { priority: 0, modifier: { 'header.Copy': { ...REQUEST, from: 'X-C', to: 'X-D' } } },
          ],
        },
      },
      {},
      { 'x-c': 'low', 'x-d': 'low' },
    ],
  ])('%s', async (_what, modifier, sent, expected) => {
    const { headers } = await upstreamOf(modifier, sent);
    for (const [name, value] of Object.entries(expected))
      expect([name, headers?.[name]]).toEqual([name, value]);
  });

  test('adds a parameter to the query of the backend', async () => {
    const { url } = await upstreamOf({
      'querystring.Modifier': { ...REQUEST, name: 'a', value: 'b c' },
    });
    expect(url).toBe('/mcp?a=b+c');
  });

  test.each<[modifier: object, target: string]>([
    [
      { 'url.Modifier': { ...REQUEST, path: '/other', query: 'a=1' } },
      'http://127.0.0.1:9999/other?a=1',
    ],
    [
      { 'url.Modifier': { ...REQUEST, scheme: 'https', host: 'b.example:8443' } },
      'https://b.example:8443/mcp',
    ],
    [{ 'url.Modifier': { ...REQUEST, host: 'b.example' } }, 'http://b.example/mcp'],
    [{ 'port.Modifier': { ...REQUEST, port: 81 } }, 'http://127.0.0.1:81/mcp'],
    [{ 'port.Modifier': { ...REQUEST, remove: true } }, 'http://127.0.0.1/mcp'],
    [{ 'port.Modifier': { ...REQUEST, defaultForScheme: true } }, 'http://127.0.0.1/mcp'],
  ])('changes the URL of the backend at the start: %j', (modifier, target) => {
    expect(toGatewayConfigs(documentWith(modifier))[0]?.config.target).toBe(target);
  });

  test('changes answers', async () => {
    const modifier = {
      'fifo.Group': {
        modifiers: [
          { 'header.Modifier': { scope: ['response'], name: 'X-R', value: '1' } },
          { 'header.Blacklist': { scope: ['response'], names: ['Date'] } },
        ],
      },
    };
    const { answer, headers } = await upstreamOf(modifier);
    expect(answer.headers).toMatchObject({ 'x-r': '1' });
    expect(headers).not.toHaveProperty('x-r');
  });

  test('without a scope is for both ways', async () => {
    const { answer, headers } = await upstreamOf({
      'header.Modifier': { name: 'X-R', value: '1' },
    });
    expect([answer.headers['x-r'], headers?.['x-r']]).toEqual(['1', '1']);
  });
});

describe('a filter', () => {
  const filter = (more: object) => ({
    'header.Filter': {
      ...REQUEST,
      name: 'X-A',
      value: 'yes',
      modifier: set('X-C', 'then'),
      ...more,
    },
  });
  test.each<
    [what: string, modifier: object, sent: Record<string, string>, expected: string | undefined]
  >([
    ['holds for its value', filter({}), { 'x-a': 'yes' }, 'then'],
    [
      'does not hold for another, and the client cannot say it',
      filter({}),
      { 'x-a': 'no', 'x-c': 'theirs' },
      undefined,
    ],
    ['takes else', filter({ else: set('X-C', 'else') }), { 'x-a': 'no' }, 'else'],
    [
      'by a pattern is not anchored',
      {
        'header.RegexFilter': {
          ...REQUEST,
          header: 'X-A',
          regex: 'es',
          modifier: set('X-C', 'then'),
        },
      },
      { 'x-a': 'yes' },
      'then',
    ],
    [
      'by a pattern knows no case but its own',
      {
        'header.RegexFilter': {
          ...REQUEST,
          header: 'X-A',
          regex: '^(?i)YES$',
          modifier: set('X-C', 'then'),
        },
      },
      { 'x-a': 'yes' },
      'then',
    ],
    [
      'by a pattern does not hold where the header is missing',
      {
        'header.RegexFilter': {
          ...REQUEST,
          header: 'X-A',
          regex: '.*',
          modifier: set('X-C', 'then'),
        },
      },
      {},
      undefined,
    ],
    [
      'in a filter needs both',
      filter({
        modifier: {
          'header.Filter': { ...REQUEST, name: 'X-B', value: '1', modifier: set('X-C', 'both') },
        },
      }),
      { 'x-a': 'yes', 'x-b': '2' },
      undefined,
    ],
  ])('%s', async (_what, modifier, sent, expected) => {
    const { headers } = await upstreamOf(modifier, sent);
    expect(headers?.['x-c']).toBe(expected);
  });

  test.each([
    [{ value: '1' }, 'a=0; b=1', 'then'],
    [{ value: '2' }, 'a=0; b=1', undefined],
    [{}, 'b=', 'then'],
    [{}, 'a=0', undefined],
  ])('by a cookie: %j with %s', async (more, cookie, expected) => {
    const modifier = {
      'cookie.Filter': { ...REQUEST, name: 'b', ...more, modifier: set('X-C', 'then') },
    };
    const { headers } = await upstreamOf(modifier, { cookie }, ['Cookie']);
    expect(headers?.['x-c']).toBe(expected);
  });

  test('may take a header away', async () => {
    const modifier = filter({ modifier: { 'header.Blacklist': { ...REQUEST, names: ['X-B'] } } });
    expect((await upstreamOf(modifier, { 'x-a': 'yes', 'x-b': '1' })).headers).not.toHaveProperty(
      'x-b',
    );
    expect((await upstreamOf(modifier, { 'x-a': 'no', 'x-b': '1' })).headers).toMatchObject({
      'x-b': '1',
    });
  });

  test('by a header that is not listed is worth a warning', () => {
    const { warnings } = outcomeOf(documentWith(filter({ name: 'X-Z' })));
    expect(warnings.map(({ message }) => message).join()).toMatch(/never holds, because X-Z/);
  });
});

describe('a tree that KrakenD drops, or that has no counterpart, is refused', () => {
  const one = 'header.Modifier';
  test.each<[what: string, modifier: object, path: (string | number)[], message: RegExp]>([
    [
      'two modifiers in one object',
      { ...set('A', '1'), 'header.Blacklist': { names: ['B'] } },
      [],
      /exactly one/,
    ],
    ['no modifier', {}, [], /exactly one/],
    ['an unknown modifier', { 'header.Set': {} }, ['header.Set'], /drops all/],
    [
      'an unknown scope',
      { [one]: { scope: ['both'], name: 'A', value: '1' } },
      [one, 'scope', 0],
      /request or response/,
    ],
    ['an empty scope', { [one]: { scope: [], name: 'A', value: '1' } }, [one, 'scope'], /nothing/],
    [
      'an id for answers',
      { 'header.Id': { scope: ['response'] } },
      ['header.Id', 'scope'],
      /for requests/,
    ],
    ['a number for a text', { [one]: { ...REQUEST, name: 'A', value: 1 } }, [one, 'value'], /text/],
    [
      'a misspelt key',
      { [one]: { ...REQUEST, name: 'A', values: '1' } },
      [one, 'values'],
      /value is probably meant/,
    ],
    [
      'a line end in a value',
      { [one]: { ...REQUEST, name: 'A', value: 'a\r\nb' } },
      [one, 'value'],
      /500/,
    ],
    [
      'a header of the framing',
      { [one]: { ...REQUEST, name: 'Content-Length', value: '1' } },
      [one],
      /frames/,
    ],
    [
      'a header of the connection',
      { 'header.Blacklist': { ...REQUEST, names: ['Transfer-Encoding'] } },
      ['header.Blacklist'],
      /frames/,
    ],
    [
      'a filter without a value',
      { 'header.Filter': { ...REQUEST, name: 'A', modifier: set('B', '1') } },
      ['header.Filter', 'value'],
      /empty value/,
    ],
    [
      'else of a pattern',
      {
        'header.RegexFilter': {
          ...REQUEST,
          header: 'A',
          regex: 'a',
          modifier: set('B', '1'),
          else: set('B', '2'),
        },
      },
      ['header.RegexFilter', 'else'],
      /ignores else/,
    ],
    [
      'a bad pattern',
      { 'header.RegexFilter': { ...REQUEST, header: 'A', regex: '(', modifier: set('B', '1') } },
      ['header.RegexFilter', 'regex'],
      /pattern/,
    ],
    [
      'a scope that leaves nothing',
      {
        'fifo.Group': {
          ...REQUEST,
          modifiers: [{ [one]: { scope: ['response'], name: 'A', value: '1' } }],
        },
      },
      ['fifo.Group', 'modifiers', 0, one],
      /no scope is left/,
    ],
    ...['body.Modifier', 'status.Modifier', 'static.Modifier'].map(
      (kind): [string, object, string[], RegExp] => [kind, { [kind]: REQUEST }, [kind], /./],
    ),
  ])('%s', (_what, modifier, path, message) => {
    const { problems } = outcomeOf(documentWith(modifier));
    expect(problems.map((problem) => problem.path)).toContain(
      pathOf([...BACKEND_EXTRA, 'modifier/martian', ...path]),
    );
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
  });

  test('but not for a comment beside a modifier, which is a warning', () => {
    const { problems, warnings } = outcomeOf(documentWith({ '@comment': 'a', ...set('A', '1') }));
    expect(problems).toEqual([]);
    expect(warnings.map(({ message }) => message).join()).toMatch(/drops all modifiers.*comment/);
  });
});

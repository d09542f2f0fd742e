import { describe, expect, test } from '@jest/globals';
import { BACKEND, ENDPOINT, withValue } from './support/base.ts';
import { documentWith, group, REQUEST, relayed, set } from './support/martian.ts';
import { outcomeOf } from './support/outcome.ts';

const when = (value: string, modifier: object, more: object = {}) => ({
  'header.Filter': { ...REQUEST, name: 'X-A', value, modifier, ...more },
});
const append = (name: string, value: string) => ({ 'header.Append': { ...REQUEST, name, value } });
const copy = (from: string, to: string) => ({ 'header.Copy': { ...REQUEST, from, to } });
const cookie = (more: object) => ({ 'cookie.Modifier': { ...REQUEST, ...more } });
const warningsOf = (modifier: object, listed?: string[]) =>
  outcomeOf(documentWith(modifier, undefined, listed))
    .warnings.map(({ message }) => message)
    .join('\n');

describe('a line of a header', () => {
  test('a filter compares whole lines, and one text with a comma in it is one line', async () => {
    const modifier = when('yes', set('X-C', 'then'));
    const lines = await relayed(modifier, { headers: { 'x-a': ['no', 'yes'] } });
    expect(lines.headers?.['x-c']).toBe('then');
    const text = await relayed(modifier, { headers: { 'x-a': 'no, yes' } });
    expect(text.headers).not.toHaveProperty('x-c');
  });

  test('a copy is of the first line alone', async () => {
    const { headers } = await relayed(copy('X-A', 'X-C'), { headers: { 'x-a': ['1', '2'] } });
    expect(headers?.['x-c']).toBe('1');
  });

  test('a pattern is held against the first line alone', async () => {
    const modifier = {
      'header.RegexFilter': { ...REQUEST, header: 'X-A', regex: '^2$', modifier: set('X-C', '1') },
    };
    const { headers } = await relayed(modifier, { headers: { 'x-a': ['1', '2'] } });
    expect(headers).not.toHaveProperty('x-c');
  });

  test('an id that was made is the same wherever it is copied to', async () => {
    const modifier = group({ 'header.Id': REQUEST }, copy('X-Krakend-Id', 'X-C'));
    const { headers } = await relayed(modifier);
    expect(headers?.['x-c']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers?.['x-krakend-id']).toBe(headers?.['x-c']);
  });

  test('a filter sees what the modifiers before it have made, and not those behind it', async () => {
    const modifier = group(
      when('made', set('X-C', 'too early')),
      set('X-A', 'made'),
      when('made', set('X-D', 'in time')),
    );
    const { headers } = await relayed(modifier, { headers: { 'x-a': 'theirs' } });
    expect([headers?.['x-c'], headers?.['x-d']]).toEqual([undefined, 'in time']);
  });

  test('a long chain of filters on one header takes one step for each', async () => {
    const steps = Array.from({ length: 60 }, (_step, i) => when(`${i}`, set('X-A', `${i + 1}`)));
    const { headers } = await relayed(group(...steps), { headers: { 'x-a': '0' } });
    expect(headers?.['x-a']).toBe('60');
  });
});

describe('what a condition sets cannot be said by a client', () => {
  test.each<[what: string, modifier: object, upstream: string | undefined]>([
    ['set, where it holds', when('yes', set('X-B', 'own')), 'own'],
    ['set, where it does not hold', when('no', set('X-B', 'own')), undefined],
    ['set by else', when('no', set('X-C', '1'), { else: set('X-B', 'own') }), 'own'],
    [
      'set where else does not hold',
      when('yes', set('X-C', '1'), { else: set('X-B', 'own') }),
      undefined,
    ],
    ['copied, where it does not hold', when('no', copy('X-A', 'X-B')), undefined],
    ['appended to, where it does not hold', when('no', append('X-B', 'own')), undefined],
    ['appended to, where it holds', when('yes', append('X-B', 'own')), 'own'],
    ['set by one filter in another', when('yes', when('no', set('X-B', 'own'))), undefined],
    [
      'set without a condition afterwards',
      group(when('no', set('X-B', '1')), set('X-B', '2')),
      '2',
    ],
  ])('%s', async (_what, modifier, expected) => {
    const { headers } = await relayed(modifier, { headers: { 'x-a': 'yes', 'x-b': 'theirs' } });
    expect(headers?.['x-b']).toBe(expected);
    expect(headers).not.toHaveProperty('x_b');
  });

  test('in no spelling that servers take for it', async () => {
    const { headers } = await relayed(when('no', set('X-B', 'own')), {
      headers: { 'x-a': 'yes', X_B: 'theirs' },
      listed: ['*'],
    });
    expect(headers).not.toHaveProperty('x_b');
  });

  test('and the document says that it goes upstream, which is worth a warning', () => {
    expect(warningsOf(when('yes', set('X-B', 'own')))).toMatch(/X-B of the client does not go/);
    expect(warningsOf(when('yes', set('X-C', 'own')))).not.toMatch(/of the client/);
  });

  test('but the headers that MCP needs stay, with a warning', async () => {
    const modifier = when('no', set('Accept', 'text/plain'));
    const { headers } = await relayed(modifier, { headers: { 'x-a': 'yes' } });
    expect(headers?.accept).toMatch(/event-stream/);
    expect(warningsOf(modifier)).toMatch(/clients write Accept themselves/);
  });
});

describe('a cookie for the backend', () => {
  test.each<[what: string, values: object, sent: string | undefined, upstream: string]>([
    ['where there is none', { name: 'b', value: '1' }, undefined, 'b=1'],
    ['behind those of the client', { name: 'b', value: '1' }, 'a=0', 'a=0; b=1'],
    [
      'in place of the client’s own of that name',
      { name: 'b', value: '1' },
      'a=0; b=2; c=3',
      'a=0; c=3; b=1',
    ],
    ['with blanks, as Go writes it', { name: 'b', value: 'x y' }, undefined, 'b="x y"'],
    [
      'whose other values are for answers',
      { name: 'b', value: '1', path: '/x', maxAge: 5 },
      undefined,
      'b=1',
    ],
  ])('is added %s', async (_what, values, sent, expected) => {
    const { headers } = await relayed(cookie(values), {
      headers: sent === undefined ? {} : { cookie: sent },
      listed: ['Cookie'],
    });
    expect(headers?.cookie).toBe(expected);
  });

  test('is added where cookies of clients do not go upstream', async () => {
    const { headers } = await relayed(cookie({ name: 'b', value: '1' }), {
      headers: { cookie: 'a=0' },
    });
    expect(headers?.cookie).toBe('b=1');
  });

  test('that depends on a condition cannot be brought by a client', async () => {
    const modifier = when('no', cookie({ name: 'b', value: '1' }));
    const { headers } = await relayed(modifier, {
      headers: { 'x-a': 'yes', cookie: 'b=1; c=2' },
      listed: ['X-A', 'Cookie'],
    });
    expect(headers?.cookie).toBe('c=2');
    expect(warningsOf(modifier, ['X-A', 'Cookie'])).toMatch(/cookie b of the client does not go/);
  });

  test.each([
    ['"1"', 'then'],
    ['"2"', undefined],
  ])('%s in quotes is read as Go reads it', async (value, expected) => {
    const modifier = {
      'cookie.Filter': { ...REQUEST, name: 'b', value: '1', modifier: set('X-C', 'then') },
    };
    const { headers } = await relayed(modifier, {
      headers: { cookie: `a=0; b=${value}` },
      listed: ['Cookie'],
    });
    expect(headers?.['x-c']).toBe(expected);
  });
});

describe('the URL of the backend in a header', () => {
  const stash = { 'stash.Modifier': { ...REQUEST, headerName: 'X-Url' } };

  test('is the one that is asked for, with parameters and query', async () => {
    const { headers, own } = await relayed(
      stash,
      { path: '/t/a%20b?q=1&r=2' },
      undefined,
      (document) =>
        [
          [[...ENDPOINT, 'endpoint'], '/t/{tenant}'] as const,
          [[...BACKEND, 'url_pattern'], '/{tenant}/mcp?k=v'] as const,
          [[...ENDPOINT, 'input_query_strings'], ['q']] as const,
        ].reduce((changed, [at, value]) => withValue(changed, at, value), document),
    );
    expect(own.gateways).toHaveLength(1);
    expect(headers?.['x-url']).toBe(`http://${headers?.host}/a%20b/mcp?k=v&q=1`);
  });

  test('is the one of its step', async () => {
    const modifier = group(stash, { 'url.Modifier': { ...REQUEST, path: '/other' } });
    const { headers, url } = await relayed(modifier);
    expect(url).toBe('/other');
    expect(headers?.['x-url']).toBe(`http://${headers?.host}/mcp`);
  });

  test.each<[what: string, modifier: object, hosts: string[], message: RegExp]>([
    [
      'for answers',
      { 'stash.Modifier': { headerName: 'X-Url' } },
      ['http://a.example'],
      /show clients/,
    ],
    ['with several hosts', stash, ['http://a.example', 'http://b.example'], /several hosts/],
  ])('%s is refused', (_what, modifier, hosts, message) => {
    const { problems } = outcomeOf(withValue(documentWith(modifier), [...BACKEND, 'host'], hosts));
    expect(problems.map((problem) => problem.message).join()).toMatch(message);
  });
});

describe('what is secret', () => {
  const answer = (value: string) => (_req: unknown, res: import('node:http').ServerResponse) => {
    res.setHeader('X-Echo', value);
    res.setHeader('Content-Type', 'application/json');
    res.end('{"jsonrpc":"2.0","id":2,"result":{}}');
  };
  const secret = 'a-secret-of-the-gateway';

  test.each<[what: string, modifier: object, header: string]>([
    ['set', set('X-Api-Key', secret), 'x-api-key'],
    ['set by a condition', when('yes', set('X-Api-Key', secret)), 'x-api-key'],
    [
      'copied to another name',
      group(set('X-Api-Key', secret), copy('X-Api-Key', 'X-C'), {
        'header.Blacklist': { ...REQUEST, names: ['X-Api-Key'] },
      }),
      'x-c',
    ],
    ['in a cookie', cookie({ name: 'session', value: secret }), 'cookie'],
  ])('%s, is kept out of answers', async (_what, modifier, header) => {
    const result = await relayed(
      modifier,
      { headers: { 'x-a': 'yes' } },
      answer(`it is ${secret}`),
    );
    expect(String(result.headers?.[header])).toContain(secret);
    expect(JSON.stringify(result.answer.headers)).not.toContain(secret);
  });

  test.each<[what: string, modifier: object]>([
    ['a header', { 'header.Modifier': { name: 'X-Api-Key', value: secret } }],
    ['a cookie', { 'cookie.Modifier': { name: 'session', value: secret } }],
    [
      'a header by a group',
      {
        'fifo.Group': {
          modifiers: [{ 'header.Append': { name: 'Authorization', value: secret } }],
        },
      },
    ],
  ])('%s for both ways is refused: KrakenD shows it to clients', (_what, modifier) => {
    const { problems } = outcomeOf(documentWith(modifier));
    expect(problems.map(({ message }) => message).join()).toMatch(/every client would see/);
  });
});

test.each([
  '(a+)+$',
  '(a|a)*b',
  '(a|aa)+$',
  '([a-z]+)*\\d',
  '(x+x+)+y',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(?:a?){50}a{50}b',
])('the pattern %s does not hang on a hostile header', async (regex) => {
  const modifier = {
    'header.RegexFilter': { ...REQUEST, header: 'X-A', regex, modifier: set('X-C', 'then') },
  };
  // What would take too long is refused, and nothing goes upstream; all others are answered.
  const upstream = await relayed(modifier, { headers: { 'x-a': `${'a'.repeat(4000)}!` } });
  expect(upstream.headers).toHaveProperty('x-a');
});

test('a pattern that would take too long for a header refuses the request', async () => {
  const modifier = {
    'header.RegexFilter': {
      ...REQUEST,
      header: 'X-A',
      regex: '((a|b){0,90}c){0,10}d',
      modifier: set('X-C', 'then'),
    },
  };
  const { url } = await relayed(modifier, { headers: { 'x-a': 'a'.repeat(8000) }, status: 500 });
  expect(url).toBeUndefined();
});

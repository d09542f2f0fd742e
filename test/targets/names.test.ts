import { describe, expect, test } from '@jest/globals';
import { createMcpGateway, mcpProxy, upstreamAuth } from '../../src/index.ts';
import { problemsOf } from '../support/config-error.ts';

const problemsWith = (target: string | URL) => problemsOf(() => createMcpGateway({ target }));

describe('a target may have names in its path and in values of its query', () => {
  test.each([
    'http://h/{tenant}/mcp',
    'http://h/{tenant}',
    'http://h/mcp-{tenant}.v1/x',
    'http://h/{region}/{tenant}/mcp',
    'http://h/{tenant}/{tenant}',
    'http://h/{a}{b}/mcp',
    'http://h/{a}.{b}/...{c}/x..{d}/{e}.json',
    'http://h/mcp?tenant={tenant}',
    'http://h/mcp?key=1&tenant=t-{tenant}-x',
    'http://h?tenant={tenant}',
    'http://h/{Tenant_2}/mcp',
    'http://h/{0}/mcp',
    // Braces that stand for themselves.
    'http://h/mcp?filter=%7B%22a%22%3A1%7D',
    'http://h/a%7Bb/mcp',
    // A colon that begins no segment.
    'http://h/models/x:predict',
    'http://h/%3Atenant/mcp',
  ])('%s', (target) => {
    expect(problemsWith(target)).toEqual([]);
    expect(problemsOf(() => mcpProxy({ target }))).toEqual([]);
  });

  test('also as a URL, which encodes braces in its path', () => {
    expect(problemsWith(new URL('http://h/{tenant}/mcp?t={tenant}'))).toEqual([]);
  });
});

const ELSEWHERE = /only in the path, or in a value of the query.*a gateway for each/;
const NO_NAME = /names in braces, like \{tenant\}, of letters, digits and _.*%7B or %7D/;

describe('what a client says chooses neither scheme nor host, port, credentials or fragment', () => {
  test.each([
    'http://{tenant}.example/mcp',
    'http://{host}/mcp',
    'http://%7Btenant%7D.example/mcp',
    'http://h:{port}/',
    'http://h:{port}/{tenant}',
    '{scheme}://h/mcp',
    'htt{x}://h/mcp',
    '{target}',
    '//{host}/mcp',
    'http://{user}@h/mcp',
    'http://u:{password}@h/mcp',
    'http://h/mcp#{part}',
    'http://h/{tenant}#{part}',
    'http://[{address}]/mcp',
  ])('%s', (target) => {
    const problems = problemsWith(target);

    expect(problems.map(({ path }) => path)).toEqual(['target']);
    expect(problems[0]?.expected).toMatch(ELSEWHERE);
  });
});

describe('a name is letters, digits and _ in braces', () => {
  test.each([
    'http://h/{}/mcp',
    'http://h/{ten-ant}/mcp',
    'http://h/{ten ant}/mcp',
    'http://h/{*splat}/mcp',
    'http://h/{tenant?}/mcp',
    'http://h/{größe}/mcp',
    'http://h/{tenant/mcp',
    'http://h/tenant}/mcp',
    'http://h/}{/mcp',
    'http://h/{{tenant}}/mcp',
    'http://h/{tenant%7D/mcp',
    'http://h/{a}/mcp?filter={"a":1}',
    'http://h/mcp?t={}',
  ])('%s', (target) => {
    const problems = problemsWith(target);

    expect(problems.map(({ path }) => path)).toEqual(['target']);
    expect(problems[0]?.expected).toMatch(NO_NAME);
  });

  test.each(['http://h/{ten-ant}/mcp', 'http://h/{}/mcp', 'http://h/mcp?t={', 'http://h/}/mcp'])(
    'as a URL: %s',
    (target) => {
      expect(problemsWith(new URL(target))[0]?.expected).toMatch(NO_NAME);
    },
  );
});

const TWO_DOTS = /no '\.\.' next to a name/;

describe('a name has to be where it does what it says', () => {
  test.each([
    ['behind which a segment leads up', 'http://h/{tenant}/../mcp', /no '\.\.' behind a name/],
    ['the same, encoded', 'http://h/{tenant}/%2e%2e/mcp', /no '\.\.' behind a name/],
    ['behind two dots, which with a slash in its value lead up', 'http://h/x/..{a}', TWO_DOTS],
    ['behind two dots and before a text', 'http://h/x/..{a}x/mcp', TWO_DOTS],
    ['behind two dots, encoded', 'http://h/x/%2e.{a}', TWO_DOTS],
    ['before two dots', 'http://h/x/{a}..', TWO_DOTS],
    ['around two dots', 'http://h/x/{a}..{b}/mcp', TWO_DOTS],
    ['as the name of a parameter', 'http://h/mcp?{key}=1', /only in values of the query/],
    ['as a whole parameter', 'http://h/mcp?a=1&{key}', /only in values of the query/],
    ['as Express writes it', 'http://h/:tenant/mcp', /\{tenant\} in place of :tenant/],
  ])('%s', (_name, target, expected) => {
    const problems = problemsWith(target);

    expect(problems.map(({ path }) => path)).toEqual(['target']);
    expect(problems[0]?.expected).toMatch(expected);
  });
});

test('the message shows no part of the target, which may hold a secret', () => {
  const [problem] = problemsWith('http://{host}/mcp?key=sesame');

  expect(JSON.stringify(problem)).not.toContain('sesame');
  expect(problem?.given).toBe('a text');
});

test('metadata of an upstream with names cannot be asked for', () => {
  const problems = problemsOf(() =>
    createMcpGateway({
      target: 'http://h/{tenant}/mcp',
      publicUrl: 'https://gateway.example/mcp',
      auth: upstreamAuth(),
    }),
  );

  expect(problems.map(({ path }) => path)).toEqual(['auth']);
  expect(problems[0]?.expected).toMatch(/without names.*a gateway for each/);
});

describe('all URLs of a list have the same names', () => {
  const pathsWith = (...target: (string | URL)[]) =>
    problemsOf(() => createMcpGateway({ target })).map(({ path }) => path);

  test('in whatever places', () => {
    expect(pathsWith('http://a/{x}/{y}', 'http://b/{y}?x={x}', new URL('http://c/{y}{x}'))).toEqual(
      [],
    );
  });

  test('a URL with others, or with none, is named', () => {
    const targets = ['http://a/{x}', 'http://b/mcp', 'http://c/{x}', 'http://d/{z}', 'http://e/{'];
    expect(pathsWith(...targets)).toEqual(['target[1]', 'target[3]', 'target[4]']);
  });
});

describe('the older transport is at the same upstream', () => {
  const legacySse = { path: '/sse', messagePath: '/messages' };

  test.each([
    ['http://h/{tenant}/mcp', undefined],
    ['http://h/{tenant}/mcp', 'http://h/{tenant}/stream'],
    ['http://h/{tenant}/mcp', 'http://h/stream?tenant={tenant}'],
    ['http://h/{a}/{b}', 'http://h/sse/{b}/{a}'],
  ])('%s, %s', (target, stream) => {
    const options = { ...legacySse, ...(stream && { target: stream }) };
    expect(problemsOf(() => createMcpGateway({ target, legacySse: options }))).toEqual([]);
  });

  test.each([
    ['whose name would be lost beside the target', 'http://h/mcp/{tenant}', undefined],
    ['whose name would be lost with the query', 'http://h/mcp?tenant={tenant}', undefined],
    ['without the name', 'http://h/{tenant}/mcp', 'http://h/sse'],
    ['with another name', 'http://h/{tenant}/mcp', 'http://h/{user}/sse'],
    ['with a name where there is none', 'http://h/mcp', 'http://h/{tenant}/sse'],
    ['with a name in the host', 'http://h/{tenant}/mcp', 'http://{tenant}/sse'],
  ])('not %s', (_name, target, stream) => {
    const options = { ...legacySse, ...(stream && { target: stream }) };
    const problems = problemsOf(() => createMcpGateway({ target, legacySse: options }));
    expect(problems.map(({ path }) => path)).toEqual(['legacySse.target']);
  });
});

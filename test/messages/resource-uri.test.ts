import { describe, expect, test } from '@jest/globals';
import { message, refused, request } from './support/read.ts';

/** Messages that name a resource. */
const METHODS: [string, (uri: string) => string][] = [
  ['resources/read', (uri) => `{"uri":${uri}}`],
  ['resources/subscribe', (uri) => `{"uri":${uri}}`],
  ['resources/unsubscribe', (uri) => `{"uri":${uri}}`],
  ['completion/complete', (uri) => `{"ref":{"type":"ref/resource","uri":${uri}}}`],
];

describe.each(METHODS)('%s', (method, paramsOf) => {
  const body = (uri: string) => request(method, paramsOf(JSON.stringify(uri)));

  test.each([
    'file:///docs/../etc/secret',
    'file:///docs/..',
    'file:///docs/./a',
    'file:///docs/%2e%2e/etc/secret',
    'file:///docs/.%2E/etc/secret',
    'file:///docs\\..\\etc\\secret',
    'file:///docs/a\\b',
    'file:///do\tcs/a',
    'file:///docs/.\t./etc/secret',
    'file:///docs/.\n./etc/secret',
    'file:///docs/.\r./etc/secret',
    'fi\tle:///docs/a',
    ' file:///docs/a',
    'file:///docs/a ',
    '\u0001file:///docs/a',
    'file:///docs/..%2fetc%2fsecret',
    'file:///docs%2F..%2Fetc/secret',
    'file:///docs%5c..%5cetc/secret',
    'file:///docs%2fsecret',
    'file:///docs/a%00b',
    'file:/docs/a',
    'file:docs/a',
    'file://localhost/docs/a',
    'file:////docs/a/..//b',
    'https:example.com/a',
    'https:/example.com/a',
    'https:\\\\example.com/a',
    'https://example.com:443/a',
    'https://ex%61mple.com/a',
    'https://example.com/a/../b',
    'https://0x7f.1/a',
    'note://x/../secret',
    'note://x/a/%2e%2e/secret',
    'note://x/a%2f..%2fsecret',
    'note://x/a\\..\\secret',
    'note:/a/../secret',
  ])('is refused for %j, which some servers take for another one', (uri) => {
    for (const seesArguments of [true, false]) {
      const problem = refused(body(uri), { seesArguments });
      expect(problem).toMatchObject({ reason: 'invalid_request', code: -32602, id: '1' });
      expect(problem.message).toContain('normal form');
    }
  });

  test.each([
    // What official examples and well-known servers have.
    'config://app',
    'data://app',
    'demo://resource/dynamic/text/1',
    'demo://resource/static/document/features.md',
    'docs://documents/{doc_id}',
    'echo://{message}',
    'file:///example/file1.txt',
    'github://repos/{owner}/{repo}',
    'greeting://{name}',
    'greetings://default',
    'https://example.com/greetings/default',
    'memo://insights',
    'note://x',
    'note://internal/a b',
    'postgres://user@host:5432/orders/schema',
    'screen://localhost/console',
    'test://template/{id}/data',
    'ui://widget/app.html',
    'users://{userId}/profile',
    'weather://{city}/current',
    // And what may be.
    'urn:isbn:0451450523',
    'urn:ex:a/../b',
    'mailto:ada@example.org',
    'data:text/plain,hello world',
    'file:///C:/docs/a.md',
    'file:///docs/a..b/...',
    'file:///docs/.hidden/a%20b.md',
    'file:///docs/a b.md',
    'file:///docs/r\u00e9sum\u00e9/\u65e5\u672c.md',
    'file:///docs/{path}',
    'file:///docs/{+path}{?page,size}{#part}',
    'FILE:///docs/a',
    'HTTPS://Example.com/A?q=1#b',
    'https://example.com',
    "https://example.com?q='a'",
    'https://example.com/?q=../a&path=%2Fb',
    'https://[2001:db8::1]:8443/a',
    'gitlab://group%2Fproject/issues',
    'Note://X/Y',
    'no uri at all',
    '../relative',
    '',
  ])('passes %j', (uri) => {
    expect(message(body(uri)).name).toBe(uri);
  });
});

test('other names are no URIs', () => {
  for (const method of ['tools/call', 'prompts/get']) {
    const params = '{"name":"file:///a/../b"}';
    expect(message(request(method, params)).name).toBe('file:///a/../b');
  }
  const ref = '{"ref":{"type":"ref/prompt","name":"file:///a/../b"}}';
  expect(message(request('completion/complete', ref)).name).toBe('file:///a/../b');
});

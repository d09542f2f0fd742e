import { expect, test } from '@jest/globals';
import { toldOf } from './support/problems.ts';
import { document } from './support/rest-gateway.ts';

const openapi = document({ '/a': { get: { operationId: 'a' } } });
const good = { openapi, baseUrl: 'http://api.example', operations: 'a' };
const tool = { name: 't', inputSchema: { type: 'object' }, request: { path: '/a' } };
const byHand = (more: object) => ({ baseUrl: 'http://api.example', tools: [{ ...tool, ...more }] });
const request = (more: object, properties: object = { id: {}, q: {} }) =>
  byHand({
    inputSchema: { type: 'object', properties, required: ['id'] },
    request: { path: '/a/{id}', ...more },
  });

test.each<[what: string, options: unknown, path: string]>([
  ['no options', undefined, ''],
  ['an unknown one', { ...good, spec: 1 }, 'spec'],
  ['neither document nor tools', { baseUrl: 'http://a' }, 'openapi'],
  ['a document that is none', { ...good, openapi: 3 }, 'openapi'],
  ['no place', { ...good, baseUrl: undefined }, 'baseUrl'],
  ['a relative place', { ...good, baseUrl: '/v1' }, 'baseUrl'],
  ['another protocol', { ...good, baseUrl: 'ftp://a' }, 'baseUrl'],
  ['credentials in the place', { ...good, baseUrl: 'http://me:secret@a' }, 'baseUrl'],
  ['a fragment in the place', { ...good, baseUrl: 'http://a#b' }, 'baseUrl'],
  ['a header that frames', { ...good, forward: ['Content-Length'] }, 'forward[0]'],
  ['a header that routes', { ...good, forward: ['Host'] }, 'forward[0]'],
  ['no list of headers', { ...good, forward: 'Authorization' }, 'forward'],
  ['no duration', { ...good, timeout: 'soon' }, 'timeout'],
  ['no size', { ...good, maxResult: '1 tb' }, 'maxResult'],
  ['no function', { ...good, onError: 'log' }, 'onError'],
  ['operations without a document', { ...byHand({}), operations: 'a' }, 'operations'],
  ['an unknown setting', { ...good, tools: { a: { nam: 'x' } } }, 'tools.a.nam'],
  ['a name that no client takes', { ...good, tools: { a: { name: 'a b' } } }, 'tools.a.name'],
  ['a title that is no text', { ...good, tools: { a: { title: 1 } } }, 'tools.a.title'],
  [
    'no hint',
    { ...good, tools: { a: { annotations: { safe: true } } } },
    'tools.a.annotations.safe',
  ],
  [
    'a hint that is no flag',
    { ...good, tools: { a: { annotations: { readOnlyHint: 1 } } } },
    'tools.a.annotations.readOnlyHint',
  ],
  ['headers as a list', { ...good, tools: { a: { headers: ['X-A'] } } }, 'tools.a.headers'],
  [
    'no path of a member',
    { ...good, tools: { a: { result: { pick: ['a..b'] } } } },
    'tools.a.result.pick[0]',
  ],
  ['no size of a result', { ...good, tools: { a: { result: { max: -1 } } } }, 'tools.a.result.max'],
  ['no time of a tool', { ...good, tools: { a: { timeout: 0 } } }, 'tools.a.timeout'],
  [
    'a schema of what is picked',
    { ...good, tools: { a: { outputSchema: true, result: { pick: ['a'] } } } },
    'tools.a.outputSchema',
  ],
  [
    'a schema that there is not',
    { ...good, tools: { a: { outputSchema: true } } },
    'operations[0]',
  ],
  ['a tool without a name', byHand({ name: undefined }), 'tools[0].name'],
  ['a tool without a schema', byHand({ inputSchema: undefined }), 'tools[0].inputSchema'],
  ['a schema of a list', byHand({ inputSchema: { type: 'array' } }), 'tools[0].inputSchema'],
  [
    'a schema that is none',
    byHand({ inputSchema: { type: 'object', properties: 3 } }),
    'tools[0].inputSchema',
  ],
  [
    'a keyword of nobody',
    byHand({ inputSchema: { type: 'object', propertys: {} } }),
    'tools[0].inputSchema',
  ],
  ['a tool without a request', byHand({ request: undefined }), 'tools[0].request'],
  ['a method in lower case', request({ method: 'get' }), 'tools[0].request.method'],
  ['a path without a slash', request({ path: 'a' }), 'tools[0].request.path'],
  ['a path with dots', request({ path: '/../{id}' }), 'tools[0].request.path'],
  ['a path with a query', request({ path: '/a/{id}?q=1' }), 'tools[0].request.path'],
  ['an argument that is not in the schema', request({ query: ['z'] }), 'tools[0].request.query'],
  ['a part of the path that may be absent', request({ path: '/a/{q}' }), 'tools[0].request.path'],
  ['an argument in two places', request({ query: ['id'] }), 'tools[0].request.query'],
  [
    'an argument in query and body',
    request({ query: ['q'], body: ['q'] }),
    'tools[0].request.body',
  ],
  ['a body of another kind', request({ body: 'xml' }), 'tools[0].request.body'],
  ['one name twice', { baseUrl: 'http://a', tools: [tool, tool] }, 'tools[1].name'],
])('%s is a mistake that is named', async (_, options, path) => {
  const told = await toldOf(options);
  expect(told.map((one) => one.split(': ')[0])).toEqual([path === '' ? '' : path]);
});

test('what may be a secret is not quoted', async () => {
  expect(JSON.stringify(await toldOf({ ...good, baseUrl: 'http://me:s3cret@a' }))).not.toContain(
    's3cret',
  );
});

test('all mistakes are told at once', async () => {
  const told = await toldOf({ ...good, baseUrl: 'x', timeout: 'soon', forward: ['Host'] });
  expect(told).toHaveLength(3);
});

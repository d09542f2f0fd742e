import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { call, document, startApi, startRest } from './support/rest-gateway.ts';

const text = { type: 'string' };

const OPENAPI = document({
  '/tenants/{tenant}/files/{file}.{ext}': {
    post: {
      operationId: 'change',
      parameters: [
        { name: 'tenant', in: 'path', required: true, schema: text },
        { name: 'file', in: 'path', required: true, schema: { type: 'array', items: text } },
        { name: 'ext', in: 'path', required: true, schema: text },
        { name: 'q', in: 'query', schema: text },
        { name: 'tags', in: 'query', schema: { type: 'array', items: text } },
        { name: 'ids', in: 'query', explode: false, schema: { type: 'array', items: text } },
        { name: 'raw', in: 'query', allowReserved: true, schema: text },
        { name: 'filter', in: 'query', style: 'deepObject', schema: { type: 'object' } },
        { name: 'X-Note', in: 'header', schema: text },
      ],
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': {
            schema: {
              type: 'object',
              properties: { note: text, list: { type: 'array', items: text } },
            },
          },
        },
      },
    },
  },
});

const QUERY = /^(?:key|q|tags|ids|raw|filter(?:\[.*\])*)$/s;
const HEADERS = [
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'host',
  'user-agent',
  'x-note',
];

/** What has led others astray, alone, and within anything. */
const PIECES = [
  '..',
  '.',
  '/',
  '\\',
  '%2e',
  '%2f',
  '%252e',
  '%00',
  '?',
  '#',
  '&',
  '=',
  ';',
  '+',
  ' ',
  '[',
  ']',
  '\r\n',
  '\r\nX-Evil: 1\r\n\r\nGET /admin HTTP/1.1\r\n',
  '\0',
  '@evil.example',
  '//evil.example/',
  'http://evil.example:80/',
  '__proto__',
  'admin',
];

const nasty = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 4 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(''));

const args = fc.record(
  {
    tenant: nasty,
    file: fc.array(nasty, { minLength: 1, maxLength: 2 }),
    ext: nasty,
    q: nasty,
    tags: fc.array(nasty, { maxLength: 3 }),
    ids: fc.array(nasty, { maxLength: 3 }),
    raw: nasty,
    filter: fc.dictionary(nasty, fc.oneof(nasty, fc.array(nasty, { maxLength: 2 })), {
      maxKeys: 3,
    }),
    'X-Note': nasty,
    note: nasty,
    list: fc.array(nasty, { maxLength: 2 }),
  },
  { requiredKeys: ['tenant', 'file', 'ext'] },
);

test('whatever the arguments are, a request has the place, the path, the names and the headers of the plan', async () => {
  const api = await startApi();
  const { client } = await startRest({
    openapi: OPENAPI,
    baseUrl: `${api.url}/v1?key=1`,
    operations: 'change',
    tools: { change: { headers: true } },
  });
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(args, async (given) => {
      api.seen.length = 0;
      const { isError } = await call(client, 'change', given);
      expect(api.seen.length).toBe(isError ? 0 : 1);
      const [request] = api.seen;
      if (request === undefined) return;
      sent += 1;
      const { method, url, headers, body } = request;
      expect(method).toBe('POST');
      const [path = '', query = '', ...rest] = url.split('?');
      expect(rest.length === 0 || given.raw !== undefined).toBe(true);
      // As the plan has them, whoever reads it: nothing is normalised away.
      expect(path).toMatch(/^\/v1\/tenants\/[\w.~%-]+\/files\/[\w.~%,-]+\.[\w.~%-]+$/);
      expect(new URL(url, 'http://x').pathname).toBe(path);
      expect(decodeURIComponent(path.split('/')[3] as string)).toBe(given.tenant);
      const names = [...new URLSearchParams([query, ...rest].join('?')).keys()];
      expect(names[0]).toBe('key');
      for (const name of names.slice(1)) {
        expect(name).toMatch(QUERY);
        expect(name).not.toBe('key');
      }
      expect(HEADERS).toEqual(expect.arrayContaining(Object.keys(headers)));
      expect(headers.host).toBe(`127.0.0.1:${api.port}`);
      expect(Number(headers['content-length'] ?? 0)).toBe(body.length);
      for (const name of new URLSearchParams(body.toString()).keys()) {
        expect(['note', 'list']).toContain(name);
      }
    }),
    { numRuns: 300 },
  );
  // It would prove nothing if all of them were refused.
  expect(sent).toBeGreaterThan(10);
});

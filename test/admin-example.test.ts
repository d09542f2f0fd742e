import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createUpstream } from '../examples/demo/upstream.ts';
import { startEndpoint } from './support/endpoint.ts';
import { connect } from './support/mcp.ts';
import { startExample } from './support/start-example.ts';

const PASSWORD = 'a password for the test';
const LOGIN = { Authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}` };
const JSON_TYPE = { 'Content-Type': 'application/json' };
const page = readFileSync(new URL('../docs/admin.md', import.meta.url), 'utf8');
const [asked = '', explained = ''] = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(
  ([, json]) => json,
);
const ROUTES = [...page.matchAll(/^\| `(GET|PUT|POST) (\/admin\S*)` /gm)].map(
  ([, method = '', path = '']) => ({ method, path: path.replace(':name', 'add') }),
);

test('examples/admin.ts changes a running gateway, behind the login of the app', async () => {
  const upstreams = [
    await startEndpoint(createUpstream().app),
    await startEndpoint(createUpstream().app),
  ];
  const targets = upstreams.map(({ target }) => String(target));
  const env = { MCP_TARGETS: targets.join(' '), ADMIN_PASSWORD: PASSWORD };
  const { port } = await startExample('admin.ts', env);
  const url = `http://127.0.0.1:${port}`;
  const ask = (method: string, path: string, body?: string, headers: object = LOGIN) =>
    fetch(`${url}/admin${path}`, {
      method,
      headers: { ...JSON_TYPE, ...headers },
      ...(body !== undefined && { body }),
    });
  const put = async (path: string, body: object = {}) => {
    const answer = await ask('PUT', path, JSON.stringify(body));
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };

  expect(ROUTES).toHaveLength(7);
  const wrong = { Authorization: `Basic ${Buffer.from('admin:guess').toString('base64')}` };
  for (const { method, path } of ROUTES) {
    for (const headers of [{}, wrong]) {
      const body = method === 'GET' ? undefined : asked;
      const refused = await ask(method, path.replace('/admin', ''), body, headers);
      expect([path, refused.status, await refused.text()]).toEqual([path, 401, '']);
    }
  }
  expect(
    (await ask('PUT', '/limit', 'limit=1', { ...LOGIN, 'Content-Type': 'text/plain' })).status,
  ).toBe(415);

  const { client } = await connect(`${url}/mcp`, 'legacy');
  const add = () => client.callTool({ name: 'add', arguments: { a: 1, b: 2 } });
  expect((await add()).content).toEqual([{ type: 'text', text: '3' }]);

  expect(await put('/tools/add/pause')).toMatchObject({ status: 200, body: { paused: ['add'] } });
  await expect(add()).rejects.toThrow('Do not call it again');
  const before = JSON.parse(await (await ask('GET', '/stats')).text());
  const explanation = await (await ask('POST', '/explain', asked)).json();
  expect(explanation).toEqual(JSON.parse(explained));
  expect(await (await ask('GET', '/stats')).json()).toEqual(before);
  expect(before.updatedAt).toEqual(expect.any(String));
  expect(await put('/tools/add/resume')).toMatchObject({ status: 200, body: { paused: [] } });
  expect((await add()).content).toEqual([{ type: 'text', text: '3' }]);

  const [first = ''] = targets;
  const drained = await put('/drain', { target: first, graceMs: 0 });
  expect(drained.body[0]).toMatchObject({ state: 'draining', open: 0 });
  const { status, body } = await put('/restore', { target: first });
  expect([status, body[0].state]).toEqual([200, 'closed']);
  expect(await put('/drain', { target: 'https://other.example/' })).toMatchObject({ status: 400 });

  const head = await ask('HEAD', '/stats');
  expect([head.status, head.headers.get('content-type')]).toEqual([
    200,
    'application/json; charset=utf-8',
  ]);
  for (const [method, path, body, told] of [
    ['PUT', '/limit', '{"limit":-1}', /rateLimit\.limit/],
    ['PUT', '/limit', undefined, /rateLimit\.limit/],
    ['PUT', '/limit', '{"limit":', /JSON/],
    ['PUT', '/tools/a*/pause', '{}', /Name one tool/],
    ['PUT', '/tools/%E0%A4%A/pause', '{}', /decode/],
    ['PUT', '/drain', '{"target":5}', /^target: expected a text$/],
    ['PUT', '/drain', `{"target":"${first}","graceMs":"soon"}`, /options\.graceMs/],
    ['PUT', '/restore', undefined, /^target: expected a text$/],
    ['POST', '/explain', '{"method":"a b"}', /request\.method/],
  ] as const) {
    const refused = await ask(method, path, body);
    const answer = [path, body, refused.status, await refused.json()];
    expect(answer).toEqual([path, body, 400, { error: expect.stringMatching(told) }]);
  }
  // What was counted before is above it.
  expect(await put('/limit', { limit: 1 })).toMatchObject({ status: 200, body: { limit: 1 } });
  const limited = await (await ask('POST', '/explain', asked)).json();
  expect(limited).toMatchObject({ status: 429, reason: 'rate_limited' });
}, 60_000);

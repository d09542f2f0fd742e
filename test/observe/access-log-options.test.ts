import { describe, expect, test } from '@jest/globals';
import {
  type AccessLogOptions,
  accessLog,
  type GatewayConfig,
  GatewayConfigError,
  jwt,
} from '../../src/index.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { CALL, call, logged } from './support/logged.ts';

const auth = () => ({ subject: 'ada', issuer: 'https://a.example', claims: { email: 'a@b' } });

describe('user', () => {
  test('is a text in place of the object', async () => {
    const { post } = await logged(
      { user: ({ subject, issuer }) => `${subject}@${issuer}` },
      { auth },
    );
    expect((await post(CALL)).line.user).toBe('ada@https://a.example');
  });

  test('is not asked where there is nobody', async () => {
    const { post } = await logged({ user: () => 'somebody' });
    expect((await post(CALL)).line).not.toHaveProperty('user');
  });
});

describe('fields', () => {
  test('stand at the top of the line', async () => {
    const { post } = await logged({ fields: ({ headers }) => ({ tenant: headers['x-tenant'] }) });
    expect((await post(CALL, { 'X-Tenant': 'blue' })).line).toMatchObject({
      tenant: 'blue',
      status: 200,
    });
  });

  test('do not hide what the record says', async () => {
    const { post } = await logged({ fields: () => ({ status: 999, reason: 'forged', own: 1 }) });
    expect((await post(CALL)).line).toMatchObject({ status: 200, reason: 'relayed', own: 1 });
  });

  test('a context among them tells nothing', async () => {
    const { post } = await logged({ fields: (ctx) => ({ ctx }) });
    const { line } = await post(CALL, { Authorization: 'Bearer s3cret' });
    expect(line.ctx).toEqual({});
  });
});

describe.each([
  ['where the body is not read', {}],
  ['where it is, without them', { policies: () => true }],
] as const)('arguments, %s', (_where, config) => {
  const options: AccessLogOptions = { arguments: (name, { a }) => ({ name, a }) };

  test('are what the function makes of them', async () => {
    const { post } = await logged(options, config);
    const { line } = await post(CALL);
    expect(line.arguments).toEqual({ name: 'add', a: 1 });
    expect(JSON.stringify(line)).not.toContain('s3cret');
  });

  test('of a batch are a list', async () => {
    const { post } = await logged(options, config);
    const { line } = await post(`[${CALL},${call('sub', { a: 2 }, 2)}]`);
    expect(line.arguments).toEqual([
      { name: 'add', a: 1 },
      { name: 'sub', a: 2 },
    ]);
  });

  test('of what calls no tool are not there', async () => {
    const { post } = await logged(options, config);
    const { line } = await post('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    expect(line).not.toHaveProperty('arguments');
  });

  test('nobody sees without the option', async () => {
    const { post } = await logged({ fields: () => ({}) }, config);
    expect(JSON.stringify((await post(CALL)).line)).not.toContain('s3cret');
  });
});

describe('levels', () => {
  const [INFO, WARN] = [30, 40];

  test.each([
    ['a result', '{"jsonrpc":"2.0","id":1,"result":{}}', INFO],
    ['a tool that failed', '{"jsonrpc":"2.0","id":1,"result":{"isError":true}}', WARN],
    ['a JSON-RPC error', '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}', WARN],
  ])('%s', async (_what, answer, level) => {
    const { post } = await logged({}, {}, answer);
    expect((await post(CALL)).line.level).toBe(level);
  });

  test('a page in place of the first answer', async () => {
    const { target } = await recordingUpstream((_req, res) => {
      res.writeHead(404, { 'Content-Type': 'text/html' }).end('<p>');
    });
    const { post } = await logged({}, { target });
    const { line } = await post('{"jsonrpc":"2.0","id":1,"method":"initialize"}');
    expect(line).toMatchObject({ level: WARN, detail: 'the target may have the wrong path' });
    expect((await post(CALL)).line).toMatchObject({ level: INFO, status: 404 });
  });

  const tokens = jwt({
    issuer: 'https://idp.example',
    audience: 'https://gateway.example/mcp',
    jwksUri: 'https://idp.example/keys',
  });
  const publicUrl = 'https://gateway.example/mcp';

  test.each<[string, Partial<GatewayConfig>, Record<string, string>, number]>([
    ['a login begins without any credentials', { auth: tokens, publicUrl }, {}, INFO],
    ['a token that is none', { auth: tokens, publicUrl }, { Authorization: 'Bearer x' }, WARN],
    [
      'credentials of another kind',
      { auth: tokens, publicUrl },
      { Authorization: 'Basic eDp5' },
      WARN,
    ],
    ['a function that finds nobody', { auth: () => null }, {}, INFO],
    ['a function that does not know a cookie', { auth: () => null }, { Cookie: 'a=b' }, WARN],
  ])('%s', async (_what, config, headers, level) => {
    const { post } = await logged({}, config);
    const { line, status } = await post(CALL, headers);
    expect([status, line.level]).toEqual([401, level]);
  });
});

describe('options that are none are refused at construction', () => {
  test.each([
    ['a text', 'user', /an object/],
    ['null', null, /an object/],
    ['an unknown one', { level: 'info' }, /level/],
    ['one that is no function', { user: 'ada' }, /user.*a function/s],
    ['null for a function', { fields: null }, /fields.*a function/s],
  ])('%s', (_what, options, message) => {
    const build = () => accessLog(console, options as AccessLogOptions);
    expect(build).toThrow(GatewayConfigError);
    expect(build).toThrow(message);
  });
});

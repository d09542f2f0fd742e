import { describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import {
  type AccessLogger,
  type AccessLogOptions,
  accessLog,
  type GatewayConfig,
  GatewayConfigError,
  jwt,
} from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { atTestEnd } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const call = (name: string, args: object = {}, id = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });

const CALL = call('add', { a: 1, key: 's3cret' });

/** A gateway whose log is kept, by its lines. */
async function logged(
  options: AccessLogOptions,
  config: Partial<GatewayConfig> = {},
  answer = '{"jsonrpc":"2.0","id":1,"result":{}}',
) {
  const { target } = await recordingUpstream((_req, res) => {
    res.setHeader('Content-Type', 'application/json').end(answer);
  });
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (line) => void lines.push(line) });
  const last = witness();
  const observe = [accessLog(logger, options), last];
  const { url } = await startGateway({ target, observe, ...config });
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const type = { 'Content-Type': 'application/json' };
    const init = { method: 'POST', headers: { ...type, ...headers }, body };
    const response = await fetch(url, init);
    await response.text();
    await last.record(lines.length - 1);
    return { status: response.status, line: JSON.parse(lines.at(-1) as string), lines };
  };
  return { post, lines, last };
}

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

describe('a function that fails costs neither the line nor the request', () => {
  const fail = (): never => {
    throw new Error('not today');
  };
  const circular: { self?: unknown } = {};
  circular.self = circular;

  test.each<[string, AccessLogOptions]>([
    ['user throws', { user: fail }],
    ['fields throws', { fields: fail }],
    ['arguments throws', { arguments: fail }],
    ['all throw', { user: fail, fields: fail, arguments: fail }],
    ['user gives no text', { user: (() => 7) as never }],
    ['user rejects', { user: (async () => fail()) as never }],
    ['fields gives null', { fields: (() => null) as never }],
    ['fields gives a text', { fields: (() => 'a') as never }],
    ['fields rejects', { fields: async () => fail() }],
    ['arguments rejects', { arguments: async () => fail() }],
    [
      'fields gives a getter that throws',
      {
        fields: () => ({
          get a() {
            return fail();
          },
        }),
      },
    ],
    [
      'fields gives what cannot be written',
      { fields: () => ({ toJSON: fail, a: { toJSON: fail } }) },
    ],
    ['fields gives itself', { fields: () => circular }],
    ['fields gives a BigInt', { fields: () => ({ a: 10n }) }],
  ])('%s', async (_what, options) => {
    const { post, last } = await logged(options, { auth });
    for (const at of [0, 1]) {
      const { status, line, lines } = await post(CALL);
      expect(status).toBe(200);
      expect(lines).toHaveLength(at + 1);
      expect(line).toMatchObject({ status: 200, reason: 'relayed', path: '/mcp' });
    }
    expect(last.records).toHaveLength(2);
  });

  test('it is reported once', async () => {
    const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    atTestEnd(() => emit.mockRestore());
    const { post } = await logged({ fields: fail });
    await post(CALL);
    await post(CALL);
    expect(emit.mock.calls).toEqual([
      [
        expect.stringContaining('not today'),
        expect.objectContaining({ code: 'MCP_GATEWAY_OBSERVER' }),
      ],
    ]);
  });

  test('a logger that fails at them gets the record alone', async () => {
    const lines: object[] = [];
    const write = (line: object) => {
      if ('tenant' in line) throw new Error('no tenants');
      lines.push(line);
    };
    const logger: AccessLogger = { info: write, warn: write, error: write };
    const { target } = await recordingUpstream();
    const last = witness();
    const observe = [accessLog(logger, { fields: () => ({ tenant: 1 }) }), last];
    const { url } = await startGateway({ target, observe });
    await (await fetch(url)).text();
    await last.record();
    expect(lines).toEqual([expect.objectContaining({ status: 200 })]);
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

import { describe, expect, jest, test } from '@jest/globals';
import { type AccessLogger, type AccessLogOptions, accessLog } from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { atTestEnd } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';
import { CALL, logged } from './support/logged.ts';

const auth = () => ({ subject: 'ada' });

describe('a function that fails costs neither the line nor the request', () => {
  const fail = (): never => {
    throw new Error('not today');
  };
  const throwing = (thrown: unknown): never => {
    throw thrown;
  };
  const UNREADABLE = new Proxy(
    {},
    { get: fail, getPrototypeOf: fail, ownKeys: fail, getOwnPropertyDescriptor: fail },
  );
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
    ['fields gives promises', { fields: () => ({ a: Promise.reject(new Error('no')) }) }],
    ['arguments gives promises', { arguments: () => ({ a: Promise.reject(new Error('no')) }) }],
    ['fields throws nothing', { fields: () => throwing(undefined) }],
    ['fields throws what cannot be looked at', { fields: () => throwing(UNREADABLE) }],
    ['fields gives what cannot be looked at', { fields: () => UNREADABLE }],
    ['user gives what cannot be looked at', { user: (() => UNREADABLE) as never }],
    ['arguments gives what cannot be looked at', { arguments: () => UNREADABLE }],
    ['fields gives a symbol', { fields: () => ({ a: Symbol('a'), [Symbol('b')]: 1 }) }],
    ['fields gives another form of itself', { fields: () => ({ toJSON: () => ({}) }) }],
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

  test('each is reported once, by its option, and not in its own words', async () => {
    const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    atTestEnd(() => emit.mockRestore());
    const { post } = await logged(
      { user: () => 7 as never, fields: fail, arguments: fail },
      { auth },
    );
    for (let i = 0; i < 4; i += 1) await post(CALL);
    const place = /failed: Error at \S*access-log-failures\.test\.ts:\d+:\d+$/.source;
    expect(emit.mock.calls).toEqual(
      [
        `^accessLog\\.fields ${place}`,
        '^accessLog\\.user failed: It gave number',
        `^accessLog\\.arguments ${place}`,
      ].map((text) => [
        expect.stringMatching(text),
        expect.objectContaining({ code: 'MCP_GATEWAY_OBSERVER' }),
      ]),
    );
    expect(JSON.stringify(emit.mock.calls)).not.toContain('not today');
  });

  test.each<[string, AccessLogOptions]>([
    ['without options', {}],
    ['with one', { fields: () => ({ tenant: 1 }) }],
    ['with one that fails', { fields: fail }],
  ])('a logger that rejects is reported and ends nothing, %s', async (_what, options) => {
    const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    atTestEnd(() => {
      emit.mockRestore();
      process.off('unhandledRejection', unhandled);
    });
    const write = async () => fail();
    const { target } = await recordingUpstream();
    const last = witness();
    const observe = [accessLog({ info: write, warn: write, error: write }, options), last];
    const { url } = await startGateway({ target, observe });
    for (const i of [0, 1]) {
      expect((await fetch(url)).status).toBe(200);
      await last.record(i);
    }
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
    expect(emit.mock.calls.map(([text]) => text)).toContainEqual(
      expect.stringMatching(/^An observer of the MCP gateway failed in onClose: Error at /),
    );
  });

  test('a logger that fails writes no record twice', async () => {
    const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    atTestEnd(() => emit.mockRestore());
    const lines: object[] = [];
    const write = (line: object) => {
      lines.push(line);
      fail();
    };
    const { target } = await recordingUpstream();
    const last = witness();
    const log = accessLog({ info: write, warn: write, error: write }, { fields: fail });
    const { url } = await startGateway({ target, observe: [log, last] });
    await (await fetch(url)).text();
    await last.record();
    expect(lines).toHaveLength(1);
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

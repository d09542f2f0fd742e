import { describe, expect, test } from '@jest/globals';
import { accepted, call, message, refused, request } from './support/read.ts';

const argumentsOf = (args: string) => message(call(args)).arguments as Record<string, unknown>;

describe('numbers that a double does not keep', () => {
  describe.each([
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '1234567890123456789',
    '123456789012345678901234567890',
    '9'.repeat(400),
    '1e400',
    '-1E+400',
    '1.5e999',
  ])('%s', (number) => {
    test('cannot be read as another one', () => {
      const args = argumentsOf(`{"a":${number},"list":[0,${number}],"b":1}`);
      const list = args.list as number[];
      const readings: (() => unknown)[] = [
        () => args.a,
        () => list[1],
        () => JSON.stringify(args),
        () => ({ ...args }),
        () => Object.values(list),
        () => list.includes(1),
        () => Object.getOwnPropertyDescriptor(args, 'a')?.get?.(),
        () => Object.getOwnPropertyDescriptor(list, 1)?.get?.(),
      ];
      for (const reading of readings) expect(reading).toThrow(TypeError);
      expect([args.b, list[0]]).toEqual([1, 0]);
    });

    test('can be seen to be there', () => {
      const args = argumentsOf(`{"a":${number}}`);
      expect(Object.keys(args)).toEqual(['a']);
      expect([Object.hasOwn(args, 'a'), 'a' in args]).toEqual([true, true]);
    });

    test('are no object where one is expected, and pass where nobody reads them', () => {
      for (const seesArguments of [true, false]) {
        accepted(request('ping', `{"_meta":{"progressToken":${number}}}`), { seesArguments });
        const { params } = message(request('x/y', `{"level":${number}}`), { seesArguments });
        expect(() => params?.level).toThrow(TypeError);
      }
      accepted(`[${request('ping', `{"_meta":${number}}`)}]`);
      accepted(`[${request('ping', `{"_meta":{"a":${number}}}`)}]`);
      expect(message(request('ping', undefined, number))).toMatchObject({
        id: Number(number),
        idText: number,
      });
    });
  });

  test.each([
    '9007199254740991',
    '-9007199254740991',
    '0',
    '-0',
    '1.5',
    '0.1000000000000000055',
    '9007199254740993.0',
    '9007199254740993.5',
    '1e20',
    '1E-400',
  ])('%s is the same to everybody', (number) => {
    expect(argumentsOf(`{"a":${number}}`).a).toBe(JSON.parse(number));
  });

  test.each([
    request('ping', '1e400'),
    call('1e400'),
    request('completion/complete', '{"ref":1e400}'),
    `{"jsonrpc":"2.0","id":1,"error":1e400}`,
  ])('%s: they are no object', (body) => {
    expect(refused(body).reason).toBe('invalid_request');
  });
});

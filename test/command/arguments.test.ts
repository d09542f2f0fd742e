import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../../src/command/arguments.ts';
import { UsageError } from '../../src/command/command-error.ts';
import { gatewayModule } from '../../src/command/inputs/gateway-module.ts';
import { inputFor } from '../../src/command/inputs/inputs.ts';
import { USAGE } from '../../src/command/usage.ts';

const OF_OPEN_API = ['base-url', 'operations', 'forward'];

describe('arguments of the command', () => {
  test('say what to do, with which file and where', () => {
    expect(readArguments(['krakend.json', '--port', '0', '--host', '::1'])).toEqual({
      file: 'krakend.json',
      mode: 'serve',
      port: 0,
      host: '::1',
      watch: false,
      own: {},
    });
    expect(readArguments(['--check', 'a.json', '--only', '/a', '--only', '/b'])).toMatchObject({
      mode: 'check',
      own: { only: ['/a', '/b'] },
    });
    expect(readArguments(['a.json', '--watch'])).toMatchObject({ mode: 'serve', watch: true });
    expect(readArguments(['--help', '--version', 'a.json']).mode).toBe('help');
    expect(readArguments(['-v']).mode).toBe('version');
  });

  test.each([
    [[], 'give a file'],
    [['a.json', 'b.json'], 'one file'],
    [['a.json', '--port', 'http'], '--port takes a number'],
    [['a.json', '--port', '65536'], '--port takes a number'],
    [['a.json', '--port', '1e3'], '--port takes a number'],
    [['a.json', '--port'], '--port'],
    [['a.json', '--host', ''], '--host takes an address'],
    [['a.json', '--check', '--print'], 'not both'],
    [['a.json', '--check=yes'], '--check'],
    [['a.json', '--check', '--watch'], '--watch is for a server'],
    [['a.json', '--print', '--watch'], '--watch is for a server'],
    [['a.json', '--unknown'], '--unknown'],
  ])('%j are wrong usage', (args, message) => {
    expect(() => readArguments(args)).toThrow(UsageError);
    expect(() => readArguments(args)).toThrow(message);
  });

  test('are all in the help', () => {
    const long = /option '--(\S+?)'/;
    for (const name of [
      'check',
      'print',
      'watch',
      'port',
      'host',
      'public-url',
      'only',
      'allow',
      ...OF_OPEN_API,
    ]) {
      expect(USAGE).toMatch(new RegExp(`^ {2}--${name}\\b`, 'm'));
    }
    for (const [, name = ''] of USAGE.matchAll(/--([\w-]+)/g)) {
      const problem = ((): string => {
        try {
          readArguments([`--${name}`]);
          return '';
        } catch (error) {
          return (error as Error).message;
        }
      })();
      expect(problem).not.toMatch(new RegExp(`Unknown ${long.source}`));
    }
  });
});

test('the ending of a file says of a module what it is', async () => {
  for (const name of ['a.js', 'a.mjs', 'a.cts']) expect(await inputFor(name)).toBe(gatewayModule);
  for (const name of ['krakend', 'krakend.tmpl']) {
    await expect(inputFor(name)).rejects.toThrow(UsageError);
  }
});

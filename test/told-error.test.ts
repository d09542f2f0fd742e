import { describe, expect, test } from '@jest/globals';
import { plain } from '../src/lib/plain-error.ts';
import { placeOf, toldError } from '../src/lib/told-error.ts';

const SECRET = 'SECRET';

function hostile(): object {
  const fail = () => {
    throw new Error(SECRET);
  };
  return new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail });
}

function endless(): Error {
  const error = new Error(SECRET);
  error.cause = error;
  return error;
}

function withStack(stack: unknown, message = SECRET): Error {
  return Object.assign(new Error(message), { stack });
}

describe('what is told of an error', () => {
  test.each<[string, unknown, string]>([
    ['its code', Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['a code of a database', Object.assign(new Error(SECRET), { code: '28P01' }), '28P01'],
    [
      'the code of its cause',
      new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }),
      'ENOTFOUND',
    ],
    [
      'its name, where a code may be anything',
      Object.assign(new RangeError(), { code: 'a b' }),
      'RangeError',
    ],
    [
      'its name, where a code is a number',
      Object.assign(new RangeError(), { code: 23 }),
      'RangeError',
    ],
    [
      'the name that an app gave it',
      Object.assign(new Error(), { name: 'NoRoleError' }),
      'NoRoleError',
    ],
    [
      'its type, where a name may be anything',
      { name: 'a SECRET\nname' },
      'a value of type object',
    ],
    ['a text that is written here', plain(new Error('It hangs')), 'It hangs'],
    ['another text that is written here', plain(new Error(SECRET), 'It hangs'), 'It hangs'],
    [
      'the same of its cause',
      new Error(SECRET, { cause: plain(new Error('It hangs')) }),
      'It hangs',
    ],
    ['the type of a text', SECRET, 'a value of type string'],
    ['the type of nothing', undefined, 'a value of type undefined'],
    ['that it is null', null, 'a value of type object'],
    ['the type of a symbol', Symbol(SECRET), 'a value of type symbol'],
    ['the type of an object without a prototype', Object.create(null), 'a value of type object'],
    ['the type of an object that throws', hostile(), 'a value of type object'],
    ['the name of one that is its own cause', endless(), 'Error'],
  ])('%s', (_what, error, expected) => {
    expect(toldError(error)).toBe(expected);
  });
});

describe('the place of an error', () => {
  test.each<[string, unknown, string | undefined]>([
    [
      'of a module',
      withStack('Error: SECRET\n    at f (file:///app/a.js:1:2)'),
      'file:///app/a.js:1:2',
    ],
    [
      'of a function without a name',
      withStack('Error: SECRET\n    at /app/a.js:1:2'),
      '/app/a.js:1:2',
    ],
    ['on Windows', withStack('Error: SECRET\n    at f (C:\\app\\a.js:1:2)'), 'C:\\app\\a.js:1:2'],
    [
      'behind packages and Node',
      withStack(
        'Error: SECRET\n    at g (/app/node_modules/x/i.js:3:4)\n    at node:fs:1:1\n    at f (/app/a.js:1:2)',
      ),
      '/app/a.js:1:2',
    ],
    [
      'without a query',
      withStack('Error: SECRET\n    at f (file:///app/a.js?SECRET:1:2)'),
      'file:///app/a.js:1:2',
    ],
    [
      'behind a message that looks like a place',
      withStack(
        'Error: x\n    at (/SECRET:1:2)\n    at f (/app/a.js:1:2)',
        'x\n    at (/SECRET:1:2)',
      ),
      '/app/a.js:1:2',
    ],
    [
      'is not known where the message was changed',
      withStack('Error: x\n    at /SECRET:1:2', 'y'),
      undefined,
    ],
    ['is not known without a stack', withStack(undefined), undefined],
    ['is not known where a stack is no text', withStack([{}]), undefined],
    ['is not known of a text', SECRET, undefined],
    ['is not known of an object that throws', hostile(), undefined],
  ])('%s', (_what, error, expected) => {
    expect(placeOf(error)).toBe(expected);
  });
});

import { FunctionFailure } from './function-failure.ts';
import { plainText } from './plain-error.ts';

/** How deep the code of an error is looked for in its causes. */
const DEPTH = 5;

/** As Node and databases write codes: `ECONNREFUSED`, `HPE_INVALID_CONSTANT`, `28P01`. */
const CODE = /^[A-Z\d][A-Z\d_]{1,63}$/;

const NAME = /^[A-Za-z_$][\w$]{0,63}$/;

/** The place in a line of a stack: `at check (file:///app/policies.js:12:5)`. */
const PLACE = /^ {4}at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:\\).*?)(?:\?.*)?(:\d+:\d+)\)?$/;

/**
 * What may be told of any value that was thrown: a text of our own or a code, its own or that of a cause, or
 * its name. No other message is in it, because that may hold a secret.
 */
export function toldError(error: unknown): string {
  let cause = error;
  for (let i = 0; i < DEPTH && isObject(cause); i += 1) {
    const text = plainText(cause) ?? codeOf(cause);
    if (text !== undefined) return text;
    cause = read(cause, 'cause');
  }
  const name = read(error, 'name');
  return typeof name === 'string' && NAME.test(name) ? name : `a value of type ${typeof error}`;
}

/** The same for what a function of the app threw: where it is not our own text, the place helps to find it. */
export function toldThrown(thrown: unknown): string {
  const place = plainText(thrown) === undefined ? placeOf(thrown) : undefined;
  return place === undefined ? toldError(thrown) : `${toldError(thrown)} at ${place}`;
}

/** What has failed, and how: the option of a function of the app; of anything else the error alone. */
export function toldFailure(failure: unknown): string {
  if (!(failure instanceof FunctionFailure)) return toldError(failure);
  return `${failure.option} failed: ${toldThrown(failure.thrown)}`;
}

/** Where an error was thrown, outside of packages and of Node; undefined where the error does not say. */
export function placeOf(error: unknown): string | undefined {
  const [stack, message] = [read(error, 'stack'), read(error, 'message')];
  if (typeof stack !== 'string' || typeof message !== 'string') return undefined;
  // The message stands in front, and may look like anything.
  const begin = stack.indexOf(message);
  if (begin < 0) return undefined;
  for (const line of stack.slice(begin + message.length).split('\n')) {
    const [, file = '', position] = PLACE.exec(line) ?? [];
    if (position !== undefined && !/[\\/]node_modules[\\/]/.test(file)) return file + position;
  }
  return undefined;
}

function codeOf(error: object): string | undefined {
  const code = read(error, 'code');
  return typeof code === 'string' && CODE.test(code) ? code : undefined;
}

/** Reads a member of what may be anything: a proxy, or an object whose getter throws. */
function read(value: unknown, member: string): unknown {
  try {
    return isObject(value) ? Reflect.get(value, member) : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

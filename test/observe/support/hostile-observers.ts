import { CALLBACKS } from '../../../src/slots/observe/isolate.ts';

/** Ways to fail, with what is not even an error among them. */
export const FAILURES: Readonly<Record<string, () => unknown>> = {
  'throws an error': () => {
    throw new Error('observer');
  },
  'rejects with an error': () => Promise.reject(new Error('observer')),
  'throws nothing': () => {
    throw undefined;
  },
  'throws a symbol': () => {
    throw Symbol('observer');
  },
  'throws what has no text': () => {
    throw Object.create(null);
  },
  'throws what fails when it is shown': () => {
    throw UNSHOWABLE;
  },
  'rejects with a symbol': () => Promise.reject(Symbol('observer')),
  'rejects with what has no text': () => Promise.reject(Object.create(null)),
  'returns a promise that fails to be one': () => ({
    // biome-ignore lint/suspicious/noThenProperty: that is how it fails.
    get then() {
      throw UNSHOWABLE;
    },
  }),
};

const UNSHOWABLE = {
  toString() {
    throw new Error('not even that');
  },
};

/** An observer that fails in one callback, or in all. */
export function failingIn(name: string, fail: () => unknown): Record<string, () => unknown> {
  return Object.fromEntries(
    CALLBACKS.filter((callback) => name === 'all' || callback === name).map((callback) => [
      callback,
      fail,
    ]),
  );
}

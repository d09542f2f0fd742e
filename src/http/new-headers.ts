import type { OutgoingHttpHeaders } from 'node:http';

/**
 * An object for headers: without a prototype, because a name may be `__proto__` or `constructor`. V8 makes a
 * hash table of what `Object.create(null)` gives, and to fill and copy that takes several times as long.
 */
export const NewHeaders = (() => {
  function Headers() {}
  Headers.prototype = Object.create(null);
  return Headers;
})() as unknown as new () => OutgoingHttpHeaders;

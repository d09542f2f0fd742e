import type { Type } from './types.ts';

const TIMESTAMP = 'google.protobuf.Timestamp';

/** The names that an expression may use, and what they stand for. */
export const NAMES: Readonly<Record<string, Type>> = {
  mcp: {
    map: 'dyn',
    fields: {
      method: 'string',
      name: 'string',
      arguments: { map: 'json' },
      params: { map: 'json' },
      // A text or a number.
      id: 'json',
      era: 'string',
      protocolVersion: 'string',
      sessionId: 'string',
    },
  },
  principal: {
    map: 'dyn',
    fields: {
      subject: 'string',
      issuer: 'string',
      clientId: 'string',
      scopes: { list: 'string' },
      roles: { list: 'string' },
      claims: { map: 'json' },
    },
  },
  ip: 'string',
  headers: { map: 'string' },
  now: TIMESTAMP,
  req_method: 'string',
  req_path: 'string',
  req_params: { map: 'string' },
  req_headers: { map: { list: 'string' } },
  req_querystring: { map: { list: 'string' } },
  JWT: { map: 'json' },
};

/** The standard's names of types, as in `type(x) == string`. */
export const TYPE_NAMES: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
]);

const NO_ANSWER =
  'there is no answer yet: an expression is asked before the request is sent, because a call that has been ' +
  'done cannot be undone';

/** Names that KrakenD has and this gateway has not, and why. */
export const REFUSED: Readonly<Record<string, string>> = {
  resp_data: `${NO_ANSWER}; and its body passes unread`,
  resp_completed: NO_ANSWER,
  resp_metadata_status: `${NO_ANSWER}. To leave an upstream alone that answers so, set the option breaker, with its statuses`,
  resp_metadata_headers: `${NO_ANSWER}. Headers of answers are changed by the option headers.response`,
};

/** What people write by mistake, and what to write instead. */
export const MEANT: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  not: '!',
  args: 'mcp.arguments',
  arguments: 'mcp.arguments',
  claims: 'principal.claims',
  ctx: 'no ctx in front: mcp, principal, ip or headers',
  jwt: 'JWT',
  method: 'mcp.method, or req_method for that of HTTP',
  name: 'mcp.name',
  params: 'mcp.params, or req_params for those of the path',
  path: 'req_path',
  query: 'req_querystring',
  req: 'req_method, req_path, req_params, req_headers or req_querystring',
  request: 'req_method, req_path, req_params, req_headers or req_querystring',
  tool: 'mcp.name',
  undefined: 'has(…), to ask whether a field is there',
  user: 'principal',
};

/**
 * Names with a meaning in JavaScript. Data may have members of these names, but no author of an expression
 * means them.
 */
export const UNSAFE: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

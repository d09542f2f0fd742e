import type { IncomingMessage } from 'node:http';
import type { PolicyContext, RequestPolicyContext } from '../slots/policies/policy.ts';

/** A request that an expression is tried on, and its description. */
export interface Sample {
  readonly what: string;
  readonly ctx: RequestPolicyContext;
}

type Message = PolicyContext['mcp'];

function message(method: string, more: Partial<Message> = {}): Message {
  return {
    method,
    id: 1,
    idText: '1',
    params: undefined,
    name: undefined,
    arguments: undefined,
    era: 'legacy',
    protocolVersion: '2025-11-25',
    sessionId: 'session',
    ...more,
  };
}

const HEADERS = {
  host: 'gateway.example',
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
};

function request(method: string): IncomingMessage {
  const distinct = Object.entries(HEADERS).map(([name, value]) => [name, [value]]);
  const headersDistinct = Object.fromEntries(distinct);
  const req = {
    method,
    url: '/mcp',
    originalUrl: '/mcp',
    params: {},
    headers: HEADERS,
    headersDistinct,
  };
  return req as unknown as IncomingMessage;
}

function sample(what: string, method: string, mcp?: Message): Sample {
  const principal = {
    subject: 'subject',
    issuer: 'https://idp.example',
    clientId: 'client',
    scopes: ['scope'],
    roles: ['role'],
    claims: { sub: 'subject', iss: 'https://idp.example', aud: 'audience', exp: 2e9, iat: 1e9 },
  };
  const ctx = { mcp, principal, ip: '192.0.2.1', headers: HEADERS, req: request(method) };
  return { what, ctx };
}

const CALL: Partial<Message> = {
  name: 'tool',
  params: { name: 'tool', arguments: {} },
  arguments: {},
};

/** The messages that clients begin with. A rule that fails on these lets no client in. */
export const FIRST: readonly Sample[] = [
  sample('initialize', 'POST', message('initialize', { sessionId: undefined, params: {} })),
  sample('tools/list', 'POST', message('tools/list')),
];

/** Messages that clients send later. */
export const LATER: readonly Sample[] = [
  sample('tools/call', 'POST', message('tools/call', CALL)),
  sample(
    'tools/call',
    'POST',
    message('tools/call', { ...CALL, era: 'modern', sessionId: undefined }),
  ),
  sample(
    'prompts/get',
    'POST',
    message('prompts/get', { name: 'prompt', params: { name: 'prompt' } }),
  ),
  sample('a notification', 'POST', message('notifications/initialized', { id: undefined })),
];

/** Requests without a message. */
export const WITHOUT_MESSAGE: readonly Sample[] = [
  sample('GET', 'GET'),
  sample('DELETE', 'DELETE'),
];

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GatewayConfig, upstreamAuth } from '../../../src/index.ts';
import { reset } from '../../support/servers.ts';
import type { UpstreamConnection } from '../../support/upstream.ts';

/** What only the upstream, or only the client, may hear. */
export const SECRETS = {
  apiKey: 'k3y "of" the\\client+/=',
  cookie: 'c00kie-of/the+client',
  session: 's3ssion~of/the+client',
  lastEvent: 'l4st-event/of+the-client',
  clientQuery: 'qu3ry-of-the-client',
  opaque: '0paque~token/of+the-client==',
  setAuthorization: '4uth0rization/for+upstream==',
  setKey: 'k3y "for" the\\upstream',
  setCookie: 'c00kie-for/the+upstream',
  setOwn: 'own-v4lue/for+upstream',
  targetQuery: 'qu3ry/for+the?target',
  argument: '4rgument "of" the\\call',
  claim: 'cl4im-of/the+user',
} as const;

/** What the upstream says to the client: it may stand in an answer, and nowhere else. */
export const ANSWERED = {
  challenge: 'ch4llenge/of+upstream',
  location: 'l0cation/of+upstream',
  message: 'm3ssage "of" the\\upstream',
  minted: 'm1nted/session~of+upstream',
} as const;

export const CALL: string = JSON.stringify({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'add', arguments: { a: SECRETS.argument }, _meta: { a: SECRETS.argument } },
});

export type Answer = (req: IncomingMessage, res: ServerResponse) => void;

/** Says back, in its head, all that it was sent. */
export function echoing(
  status: number,
  body: string,
  type = 'application/json',
  more: object = {},
): Answer {
  return (req, res) => {
    const { authorization = '', cookie = '' } = req.headers;
    res.writeHead(status, {
      'Content-Type': type,
      'X-Echo-1': authorization,
      'X-Echo-2': `a ${req.headers['x-api-key']} b`,
      'X-Echo-3': String(req.headers['x-own']),
      'X-Echo-4': cookie,
      'Mcp-Session-Id': ANSWERED.minted,
      ...more,
    });
    res.end(body);
  };
}

const message = (member: object) => JSON.stringify({ jsonrpc: '2.0', id: 7, ...member });
export const RESULT: string = message({ result: { content: [] } });
const TOOL_ERROR = message({ result: { isError: true, content: [{ text: ANSWERED.message }] } });
const RPC_ERROR = message({
  error: { code: -32000, message: ANSWERED.message, data: ANSWERED.message },
});
const CHALLENGE = {
  'WWW-Authenticate': `Bearer realm="${ANSWERED.challenge}", resource_metadata="https://h/?k=${ANSWERED.challenge}"`,
};
const MOVED = {
  Location: `https://u:${encodeURIComponent(ANSWERED.location)}@h.example/p?k=${ANSWERED.location}`,
};

/** One way for a request to go. */
export interface Row {
  readonly status: number;
  readonly answer?: Answer;
  /** An upstream on a bare connection, in place of one that answers. */
  readonly raw?: (connection: UpstreamConnection, request: string) => void;
  readonly config?: Partial<GatewayConfig>;
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly headers?: readonly string[];
  /** The header with the credentials; default: a token. */
  readonly credentials?: string;
  /** Whether a timer has to run out. */
  readonly isSlow?: true;
  /** Whether it is in no session. */
  readonly isSessionless?: true;
  /** Whether the upstream is not asked. */
  readonly isRefused?: true;
}

const key = `X-Api-Key: ${SECRETS.apiKey}`;
const refused = { isRefused: true } as const;
const unreachable = (target: string) => ({ target, sessions: false as const });
export const QUERY: string = `key=${encodeURIComponent(SECRETS.targetQuery)}`;

export const ROWS: Readonly<Record<string, Row>> = {
  'a call is answered': { status: 200 },
  'a call with an API key is answered': { status: 200, credentials: key },
  'a call with a cookie is answered': { status: 200, credentials: 'X-None: 1' },
  'a call is answered by events': {
    status: 200,
    answer: echoing(200, `event: message\ndata: ${RESULT}\n\n`, 'text/event-stream'),
  },
  'a tool fails': { status: 200, answer: echoing(200, TOOL_ERROR) },
  'a call fails': { status: 200, answer: echoing(200, RPC_ERROR) },
  'the server fails': { status: 500, answer: echoing(500, RPC_ERROR) },
  'the server answers with a page': { status: 404, answer: echoing(404, '<p>', 'text/html') },
  'the server wants other credentials': {
    status: 502,
    answer: echoing(401, RPC_ERROR, 'application/json', CHALLENGE),
  },
  'a proxy wants credentials': {
    status: 502,
    answer: echoing(407, '', 'text/html', { 'Proxy-Authenticate': CHALLENGE['WWW-Authenticate'] }),
  },
  'the challenge of the server is relayed': {
    status: 401,
    answer: (_req, res) => void res.writeHead(401, CHALLENGE).end(RPC_ERROR),
    credentials: `Authorization: Bearer ${SECRETS.opaque}`,
    config: { auth: upstreamAuth(), headers: {} },
  },
  'the server redirects': { status: 502, answer: echoing(307, '', 'text/html', MOVED) },
  'the server redirects and is followed': {
    status: 502,
    answer: echoing(307, '', 'text/html', MOVED),
    config: { redirects: 'same-origin' },
  },
  'nobody listens': {
    status: 502,
    ...refused,
    config: unreachable(`http://127.0.0.1:1/?${QUERY}`),
  },
  'the host is unknown': {
    status: 502,
    ...refused,
    config: unreachable(`http://${'x'.repeat(64)}.invalid/?${QUERY}`),
  },
  'no target is left': {
    status: 502,
    ...refused,
    isSessionless: true,
    config: {
      sessions: 'bind',
      target: [`http://127.0.0.1:1/?${QUERY}`, `http://127.0.0.1:2/?${QUERY}`],
      breaker: { failures: 1 },
    },
  },
  'the server says back in no HTTP what it got': {
    status: 502,
    raw: ({ socket }, request) => socket.write(`HTTP/1.1 200 OK\r\n${request.replaceAll(':', '')}`),
  },
  'the server says back what it got in place of a status': {
    status: 502,
    raw: ({ socket }, request) => socket.write(request),
  },
  'the server cuts its answer': {
    status: 200,
    raw: ({ socket }) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{'),
  },
  'the connection is lost': { status: 502, raw: ({ socket }) => reset(socket) },
  'the server is silent': { status: 504, raw: () => {}, isSlow: true },
  'the token is wrong': {
    status: 401,
    ...refused,
    credentials: `Authorization: Bearer ${SECRETS.opaque}`,
  },
  'the API key is wrong': {
    status: 401,
    ...refused,
    credentials: `X-Api-Key: ${SECRETS.opaque}`,
    headers: ['Cookie: a=b'],
  },
  'credentials are repeated': { status: 400, ...refused, headers: ['Authorization: Bearer x'] },
  'a token is in the query': {
    status: 401,
    ...refused,
    path: `/mcp?access_token=${SECRETS.clientQuery}`,
  },
  'the session is not known': { status: 404, ...refused, config: { sessions: 'bind' } },
  'the method is none': { status: 405, ...refused, method: 'PUT' },
  'the origin is another': { status: 403, ...refused, headers: ['Origin: https://evil.example'] },
  'the host is another': { status: 403, ...refused, config: { hosts: ['other.example'] } },
  'a policy refuses': { status: 200, ...refused, config: { policies: () => false } },
  'a header says something else': {
    status: 400,
    ...refused,
    config: { policies: () => true },
    headers: ['Mcp-Name: other'],
  },
  'the body is no JSON': {
    status: 400,
    ...refused,
    config: { policies: () => true },
    body: `{"a":"${SECRETS.argument}`,
  },
  'the body is too long': { status: 413, ...refused, config: { bodyLimit: 10 } },
  'a limit refuses': {
    status: 503,
    ...refused,
    config: {
      rateLimit: {
        limit: 1,
        window: '1m',
        store: failingStore(),
      },
    },
  },
  'a function of the app fails': {
    status: 500,
    ...refused,
    config: { use: (_req, _res, next) => next(new RangeError('no')) },
  },
};

function failingStore() {
  const fail = () => Promise.reject(new Error('no store'));
  return { increment: fail, decrement: fail, resetKey: fail };
}

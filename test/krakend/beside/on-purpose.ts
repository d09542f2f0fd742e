import type { Difference } from './difference.ts';

/** A difference that is meant. Its name and reason are those of docs/krakend.md. */
export interface OnPurpose {
  readonly name: string;
  readonly why: string;
  matches(difference: Difference): boolean;
}

/** What differs, and from what to what; a text is the whole of it. */
interface Case {
  readonly what: string | RegExp;
  readonly krakend?: string | RegExp;
  readonly here?: string | RegExp;
  /** `document: step`, where the same would be a mistake elsewhere. */
  readonly at?: RegExp;
}

function onPurpose(name: string, why: string, ...cases: readonly Case[]): OnPurpose {
  return {
    name,
    why,
    matches: ({ document, step, what, krakend, here }) =>
      cases.some(
        (own) =>
          fits(own.what, what) &&
          fits(own.krakend, krakend) &&
          fits(own.here, here) &&
          fits(own.at, `${document}: ${step}`),
      ),
  };
}

function fits(expected: string | RegExp | undefined, text: string): boolean {
  if (expected === undefined) return true;
  return typeof expected === 'string' ? expected === text : expected.test(text);
}

/** Every difference that is meant. */
export const ON_PURPOSE: readonly OnPurpose[] = [
  onPurpose(
    'A protection without effect does not start',
    'KrakenD ignores a mistake in a guard, or guards one method of a path only. Here that is an error.',
    {
      what: 'start',
      krakend: 'yes',
      here: 'no',
      at: /^(?:refused-at-once|f-refused-methods-differ): /,
    },
  ),
  onPurpose(
    'The headers that MCP needs always pass',
    '`Content-Type`, `Accept` and the headers of MCP go upstream without being listed: no server answers without them.',
    { what: /^upstream header (?:content-type|accept)$/, krakend: 'none' },
  ),
  onPurpose(
    'Events are not held back',
    'KrakenD keeps short events until a stream ends or a buffer is full. Here each leaves at once, and proxies in front are told so.',
    { what: 'status', krakend: 'broken', here: '200', at: /although the stream goes on$/ },
    { what: 'answer header x-accel-buffering', krakend: 'none' },
  ),
  onPurpose(
    'A session stays with its host',
    'KrakenD takes any host for each request. A session is in the memory of one server, so it goes there; one that no server made is 404.',
    { what: 'where sessions go', krakend: 'to any host', here: 'to their host' },
    { what: 'status', krakend: '200', here: '404', at: /a session that no host made$/ },
    { what: 'upstream requests', krakend: '1', here: '0', at: /a session that no host made$/ },
  ),
  onPurpose(
    'Each host has a breaker, which sees statuses',
    'In KrakenD one breaker stands for all hosts, and with `no-op` it sees no status. Here one bad host does not shut out the good one.',
    {
      what: /^(?:status|upstream requests)$/,
      at: /^several-hosts: (?:one host is gone|sessions of the one|both )/,
    },
  ),
  onPurpose(
    'A token has one form',
    'KrakenD also takes a token without a scheme, from the cookie `access_token`, and without an end. Here it is `Authorization: Bearer` with `exp`.',
    {
      what: 'status',
      krakend: '200',
      here: '401',
      at: /^roles-scopes-claims: (?:without a scheme|in a cookie|without an end)$/,
    },
    {
      what: 'upstream requests',
      krakend: '1',
      here: '0',
      at: /^roles-scopes-claims: (?:without a scheme|in a cookie|without an end)$/,
    },
  ),
  onPurpose(
    'A refusal by an expression is 403',
    'KrakenD answers 500, or 401 where the expression is about a token. Another login would not help, and nothing has failed.',
    { what: 'status', krakend: '500', here: '403', at: /^expressions: / },
    { what: 'status', krakend: '401', here: '403', at: /^(?:expressions|d-cel-jwt): / },
  ),
  onPurpose(
    'The names in an expression decide when it is evaluated',
    'KrakenD searches for letters: if an expression about a token has `req` within a text, it is evaluated at the wrong stage, where it fails.',
    {
      what: /^(?:status|upstream requests)$/,
      krakend: /^(?:500|0)$/,
      here: /^(?:200|1)$/,
      at: /the word in the text/,
    },
  ),
  onPurpose(
    'A refusal by a limit is 429',
    'KrakenD answers 503 for the limit of all clients and 500 for that of a backend. Here it is 429 each time, with `Retry-After` and `RateLimit`.',
    { what: 'status', krakend: /503|500/, here: /429/, at: /^limits: / },
    { what: /^answer header (?:ratelimit|ratelimit-policy|retry-after)$/, krakend: 'none' },
  ),
  onPurpose(
    'A fault of the backend is 502 or 504',
    'KrakenD answers 500 for each of them, as for its own faults.',
    { what: 'status', krakend: '500', here: /^50[24]$/, at: /^faults-of-the-backend: it / },
  ),
  onPurpose(
    'Redirects are not followed',
    'KrakenD follows them, and makes a GET without a body of a POST. Here the answer is 502.',
    { what: 'upstream requests', krakend: '10', here: '1', at: /it sends elsewhere$/ },
  ),
  onPurpose('A wrong host is 403', 'KrakenD answers 500 where `allowed_hosts` does not fit.', {
    what: 'status',
    krakend: '500',
    here: '403',
    at: /^browsers-and-bots: (?:another host|the host on)/,
  }),
  onPurpose(
    'Pages of other origins are refused',
    'KrakenD serves them without CORS headers, and the call has been made. A page could so use a server in the network of its reader.',
    { what: 'status', krakend: /^20[04]$/, here: '403', at: /^browsers-and-bots: .*another page$/ },
    { what: 'upstream requests', krakend: '1', here: '0', at: /^browsers-and-bots: another page$/ },
  ),
  onPurpose(
    'CORS knows MCP',
    'Preflights allow each method that the path has, answers show the headers that clients of MCP read, and `Vary` names what an answer depends on.',
    { what: /^answer header (?:access-control-(?:expose-headers|allow-methods)|vary)$/ },
  ),
  onPurpose(
    'A parameter is one encoded segment',
    'KrakenD puts the text of a client into the path as it is, `..` included, and refuses `%2F` and `%3F`. Here a value is encoded whole; an empty one and dots are 404.',
    {
      what: /^(?:status|upstream requests)$/,
      krakend: /^(?:404|400|0)$/,
      here: /^(?:200|1)$/,
      at: /^tenants: a (?:slash|question mark) stays encoded$/,
    },
    {
      what: /^(?:status|upstream requests)$/,
      krakend: /^(?:200|1)$/,
      here: /^(?:404|0)$/,
      at: /^tenants: (?:dots are|nothing is) no tenant$/,
    },
  ),
  onPurpose(
    'A path of its own is no parameter',
    'Beside `/t/{tenant}/mcp`, the path `/t/shared/mcp` belongs to its own endpoint with every method. KrakenD serves methods that it lacks from the other endpoint.',
    {
      what: /^(?:status|upstream requests)$/,
      krakend: /^(?:200|1)$/,
      here: /^(?:405|0)$/,
      at: /^tenants: a path of its own has no GET/,
    },
  ),
  onPurpose(
    'Paths are not corrected by redirects',
    'KrakenD answers 307 for a slash at the end and for another case. Here the slash is the same path, and another case is another path.',
    {
      what: 'status',
      krakend: '307',
      here: /^(?:200|404)$/,
      at: /with a slash at the end$|in another case$/,
    },
    { what: 'upstream requests', krakend: '0', here: '1', at: /with a slash at the end$/ },
  ),
  onPurpose('The query keeps its order', 'KrakenD sorts the parameters and encodes them anew.', {
    what: 'upstream path',
    krakend: /apiKey=b&profile=a$/,
    here: /profile=a&apiKey=b$/,
  }),
  onPurpose(
    'A missing value gives no empty header',
    'If a claim or a copied header is missing, KrakenD sends the header with an empty value.',
    { what: /^upstream header x-(?:team|copied)$/, krakend: '', here: 'none' },
  ),
  onPurpose(
    'Headers of one connection never pass',
    'With `"*"` KrakenD lets them through, and those that `Connection` names.',
    { what: /^upstream header (?:proxy-authorization|x-drop)$/, here: 'none' },
  ),
  onPurpose(
    'A header that a condition sets never comes from the client',
    'Where the condition of a modifier does not hold, KrakenD sends what the client wrote under that name. Here only the gateway writes it.',
    { what: 'upstream header x-queue', here: 'none', at: /writes the header itself$/ },
  ),
  onPurpose(
    'Cookies of the backend do not come back',
    'KrakenD relays `Set-Cookie`, which affects everything on the host of the gateway. Here it is dropped, unless `headers.response.forward` of a gateway names it.',
    { what: 'answer header set-cookie', here: 'none', at: /headers of the answer$/ },
  ),
  onPurpose(
    'A secret does not come back',
    'A header of an answer that repeats a credential of the gateway is dropped.',
    { what: 'answer header x-echo', here: 'none' },
  ),
  onPurpose(
    'Refusals say what is wrong',
    'KrakenD refuses without a body. Here there is an error of JSON-RPC, and a challenge that agents can follow.',
    {
      what: 'answer header content-type',
      krakend: /^(?:none|text\/plain)$/,
      here: 'application/json',
    },
    { what: 'answer header www-authenticate', krakend: 'none' },
  ),
  onPurpose(
    'Paths without an endpoint are left to the app',
    'The router passes on requests for paths that it does not know, so the 404 comes from Express, or from a route after the router.',
    {
      what: /^answer header (?:content-type|content-security-policy)$/,
      at: /^methods-merged: a path (?:that is not listed|below)$/,
    },
  ),
  onPurpose(
    'The client is named to the backend, and the gateway is not hidden',
    'The `User-Agent` of the client passes, `Via` is added, gzip is asked for only if the client accepts it, and no header names a version.',
    { what: /^upstream header (?:user-agent|accept-encoding)$/ },
    { what: 'upstream header via', krakend: 'none' },
    { what: /^answer header x-krakend(?:-completed)?$/, here: 'none' },
  ),
  onPurpose(
    'Headers for browsers are on every answer',
    'On preflights as well; and `X-Content-Type-Options` without being asked for.',
    {
      what: /^answer header (?:x-frame-options|x-content-type-options|x-xss-protection|content-security-policy|referrer-policy)$/,
      krakend: 'none',
      at: /^browsers-and-bots: /,
    },
    { what: 'answer header x-content-type-options', krakend: 'none', here: 'nosniff' },
  ),
];

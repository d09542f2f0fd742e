import { expect, test } from '@jest/globals';
import { sentencesOf, untyped } from './support/sentences.ts';

const { createMcpGateway } = untyped;
const target = 'https://mcp.example/mcp';

test.each<[what: string, create: () => unknown, sentences: string[]]>([
  [
    'nothing at all',
    () => createMcpGateway(),
    [
      "createMcpGateway: given undefined; expected an object like { target: 'https://mcp.example/mcp' } (missing)",
    ],
  ],
  [
    'an empty configuration',
    () => createMcpGateway({}),
    [
      "target: given undefined; expected the upstream's URL, like 'https://mcp.example/mcp', or a request handler (missing)",
    ],
  ],
  [
    'null',
    () => createMcpGateway(null),
    [
      "createMcpGateway: given null; expected an object like { target: 'https://mcp.example/mcp' } (wrong_type)",
    ],
  ],
  [
    'a URL in place of options',
    () => createMcpGateway(target),
    [
      "createMcpGateway: given a text; expected an object like { target: 'https://mcp.example/mcp' } (wrong_type)",
    ],
  ],
  [
    'a variable that is not set',
    () => createMcpGateway({ target: process.env.NOT_SET }),
    [
      "target: given undefined; expected the upstream's URL, like 'https://mcp.example/mcp', or a request handler (missing)",
    ],
  ],
  [
    'a host and a port',
    () => createMcpGateway({ target: 'localhost:3000/mcp' }),
    [
      "target: given a text; expected the upstream's URL, like 'https://mcp.example/mcp', or a request handler: the scheme is missing (invalid_value)",
    ],
  ],
  [
    'a host alone',
    () => createMcpGateway({ target: 'mcp.example' }),
    [
      "target: given a text; expected the upstream's URL, like 'https://mcp.example/mcp', or a request handler: the scheme is missing (invalid_value)",
    ],
  ],
  [
    'a number',
    () => createMcpGateway({ target: 3000 }),
    [
      "target: given a number; expected the upstream's URL, like 'https://mcp.example/mcp', or a request handler (invalid_value)",
    ],
  ],
  [
    'another protocol',
    () => createMcpGateway({ target: 'ftp://mcp.example' }),
    [
      "target: given a text; expected the upstream's URL, like 'https://mcp.example/mcp', or a request handler: the gateway does not speak ftp: (invalid_value)",
    ],
  ],
  [
    'WebSocket',
    () => createMcpGateway({ target: 'wss://mcp.example/mcp' }),
    [
      "target: given a text; expected the upstream's URL, like 'https://mcp.example/mcp', or a request handler: the gateway does not speak wss: (invalid_value)",
    ],
  ],
  [
    'a password',
    () => createMcpGateway({ target: 'https://user:hunter2@mcp.example/mcp' }),
    [
      'target: given a text; expected no credentials in the URL; use headers.set.Authorization (unsafe)',
    ],
  ],
  [
    'a fragment',
    () => createMcpGateway({ target: 'https://mcp.example/mcp#tools' }),
    ['target: given "#tools"; expected no fragment: it would not be sent (invalid_value)'],
  ],
  [
    'a parameter as Express writes it',
    () => createMcpGateway({ target: 'https://mcp.example/:tenant' }),
    [
      'target: given a text; expected {tenant} in place of :tenant; a segment that begins so is written %3Atenant (invalid_value)',
    ],
  ],
  [
    'a function of the request',
    () => createMcpGateway({ target: (_req: unknown) => 'https://mcp.example' }),
    [
      'target: given a function; expected a URL, or a handler of (req, res): the target is the same for all requests (invalid_value)',
    ],
  ],
  [
    'a router of middleware that was not called',
    () => createMcpGateway({ target: createMcpGateway }),
    [
      'target: given the function createMcpGateway itself; expected what it returns: call it, as createMcpGateway(…) (not_called)',
    ],
  ],
  [
    'no URL in a list',
    () => createMcpGateway({ target: [] }),
    [
      "target: given an empty array; expected at least one URL, like 'https://mcp.example/mcp' (missing)",
    ],
  ],
  [
    'an object of http-proxy-middleware',
    () => createMcpGateway({ target: { host: 'mcp.example', port: 80 } }),
    [
      "target: given an object; expected the upstream's URL, like 'https://mcp.example/mcp', or a request handler (invalid_value)",
    ],
  ],
  [
    'a path without a slash',
    () => createMcpGateway({ target, path: 'mcp' }),
    [`path: given "mcp"; expected a path that begins with '/', like '/mcp' (invalid_value)`],
  ],
  [
    'a path with a parameter',
    () => createMcpGateway({ target, path: '/:team/mcp' }),
    [
      `path: given "/:team/mcp"; expected a path without parameters and wildcards, like '/mcp'; for '/:team/mcp', mount the router there: app.use('/:team/mcp', …), with path '/' (invalid_value)`,
    ],
  ],
  [
    'a path with a wildcard',
    () => createMcpGateway({ target, path: '/mcp/*' }),
    [
      `path: given "/mcp/*"; expected a path without parameters and wildcards, like '/mcp'; for '/:team/mcp', mount the router there: app.use('/:team/mcp', …), with path '/' (invalid_value)`,
    ],
  ],
  [
    'a public URL without a scheme',
    () => createMcpGateway({ target, publicUrl: 'gateway.example/mcp' }),
    [
      "publicUrl: given a text; expected a URL like 'https://gateway.example/mcp': the scheme is missing (invalid_value)",
    ],
  ],
  [
    'a public path',
    () => createMcpGateway({ target, publicUrl: '/mcp' }),
    ["publicUrl: given a text; expected a URL like 'https://gateway.example/mcp' (invalid_value)"],
  ],
  [
    'a method that is not relayed',
    () => createMcpGateway({ target, methods: ['PUT'] }),
    ['methods[0]: given "PUT"; expected one of POST, GET, DELETE (invalid_value)'],
  ],
  [
    'methods in lower case',
    () => createMcpGateway({ target, methods: ['post'] }),
    ['methods[0]: given "post"; expected one of POST, GET, DELETE (invalid_value)'],
  ],
  [
    'methods as a text',
    () => createMcpGateway({ target, methods: 'POST' }),
    ['methods: given "POST"; expected a list, and in it one of POST, GET, DELETE (wrong_type)'],
  ],
  [
    'an engine that there is not',
    () => createMcpGateway({ target, engine: 'fetch' }),
    ['engine: given "fetch"; expected one of http-proxy-middleware, undici (invalid_value)'],
  ],
  [
    'redirects as a flag',
    () => createMcpGateway({ target, redirects: true }),
    ["redirects: given true; expected 'same-origin' or false (invalid_value)"],
  ],
  [
    'one path for the older transport',
    () => createMcpGateway({ target, legacySse: { path: '/sse' } }),
    [
      "legacySse.messagePath: given undefined; expected a path that begins with '/', like '/mcp' (missing)",
    ],
  ],
  [
    'true for the older transport',
    () => createMcpGateway({ target, legacySse: true }),
    [
      "legacySse: given true; expected an object like { path: '/sse', messagePath: '/messages' } (wrong_type)",
    ],
  ],
])('what is wrong with the target and the routes: %s', (_what, create, sentences) => {
  expect(sentencesOf(create)).toEqual(sentences);
});

import { expect, test } from '@jest/globals';
import express from 'express';
import { sentencesOf, untyped } from './support/sentences.ts';

const {
  accessLog,
  clientCredentials,
  createMcpGateway,
  hardenServer,
  injectHeaders,
  mcpProxy,
  requireAuth,
} = untyped;
const target = 'https://mcp.example/mcp';

test.each<[what: string, create: () => unknown, sentences: string[]]>([
  [
    'headers to set, without set',
    () => createMcpGateway({ target, headers: { 'X-Tenant': 'acme' } }),
    [
      "headers.X-Tenant: there is no such option; to send it, write set: { 'X-Tenant': … } (unknown_option)",
    ],
  ],
  [
    'a secret that is not set',
    () => createMcpGateway({ target, headers: { set: { 'X-Key': process.env.NOT_SET } } }),
    [
      'headers.set.X-Key: given undefined; expected a header value, or for a request a function that gives one (missing)',
    ],
  ],
  [
    'a line break',
    () => createMcpGateway({ target, headers: { set: { 'X-Key': 'a\r\nb' } } }),
    [
      'headers.set.X-Key: given a text; expected a header value, or for a request a function that gives one: this one has a line break in it (invalid_value)',
    ],
  ],
  [
    'a number',
    () => createMcpGateway({ target, headers: { set: { 'X-Version': 2 } } }),
    [
      'headers.set.X-Version: given a number; expected a header value, or for a request a function that gives one (invalid_value)',
    ],
  ],
  [
    'a header that frames',
    () => createMcpGateway({ target, headers: { set: { 'Content-Length': '5' } } }),
    [
      'headers.set.Content-Length: given "Content-Length"; expected a header name, of none that frames or routes the message (invalid_value)',
    ],
  ],
  [
    'a factory that was not called',
    () => createMcpGateway({ target, headers: { set: { Authorization: clientCredentials } } }),
    [
      'headers.set.Authorization: given the function clientCredentials itself; expected what it returns: call it, as clientCredentials(…) (not_called)',
    ],
  ],
  [
    'a name with a blank',
    () => createMcpGateway({ target, headers: { forward: ['X Key'] } }),
    [
      'headers.forward[0]: given "X Key"; expected a header name, of none that frames or routes the message (invalid_value)',
    ],
  ],
  [
    'a credential of the caller',
    () => createMcpGateway({ target, auth: () => null, headers: { forward: ['Authorization'] } }),
    [
      'headers.forward: given "Authorization"; expected no header with credentials: they are for `auth`. Take it out, and give the upstream its own in `headers.set` (unsafe)',
    ],
  ],
  [
    'every origin',
    () => createMcpGateway({ target, cors: { origin: '*' } }),
    [
      `cors.origin: given "*"; expected an exact origin like 'https://app.example', without a path, or one like 'https://*.example.com': all origins would let every page on the web use the endpoint (unsafe)`,
    ],
  ],
  [
    'true for CORS',
    () => createMcpGateway({ target, cors: true }),
    ["cors: given true; expected an object like { origin: 'https://app.example' } (wrong_type)"],
  ],
  [
    'true for an origin',
    () => createMcpGateway({ target, cors: { origin: true } }),
    [
      "cors.origin: given true; expected an exact origin like 'https://app.example', without a path, or one like 'https://*.example.com': all origins would let every page on the web use the endpoint (unsafe)",
    ],
  ],
  [
    'an origin with a path',
    () => createMcpGateway({ target, cors: { origin: 'https://app.example/' } }),
    [
      `cors.origin: given "https://app.example/"; expected an exact origin like 'https://app.example', without a path, or one like 'https://*.example.com' (invalid_value)`,
    ],
  ],
  [
    'a pattern for an origin',
    () => createMcpGateway({ target, cors: { origin: /example/ } }),
    [
      "cors.origin: given an object of the kind RegExp; expected an exact origin like 'https://app.example', without a path, or one like 'https://*.example.com' (invalid_value)",
    ],
  ],
  [
    'a URL as a host',
    () => createMcpGateway({ target, hosts: ['https://gateway.example'] }),
    [
      `hosts[0]: given "https://gateway.example"; expected a host, with a port or without: 'localhost:3000' (invalid_value)`,
    ],
  ],
  [
    'a host as a text',
    () => createMcpGateway({ target, hosts: 'gateway.example' }),
    [
      `hosts: given "gateway.example"; expected a list, and in it a host, with a port or without: 'localhost:3000' (wrong_type)`,
    ],
  ],
  [
    'a list of addresses',
    () => createMcpGateway({ target, ipFilter: ['10.0.0.0/8'] }),
    ["ipFilter: given an array; expected an object like { allow: ['10.0.0.0/8'] } (wrong_type)"],
  ],
  [
    'no address',
    () => createMcpGateway({ target, ipFilter: { allow: ['localhost'] } }),
    [
      `ipFilter.allow[0]: given "localhost"; expected a network or an address: '10.0.0.0/8', '2001:db8::/32', '192.0.2.1' (invalid_value)`,
    ],
  ],
  [
    'a network that is too long',
    () => createMcpGateway({ target, ipFilter: { allow: ['10.0.0.0/33'] } }),
    [
      `ipFilter.allow[0]: given "10.0.0.0/33"; expected a network or an address: '10.0.0.0/8', '2001:db8::/32', '192.0.2.1' (invalid_value)`,
    ],
  ],
  [
    'a logger',
    () => createMcpGateway({ target, observe: console }),
    [
      'observe: given an object of the kind console; expected an object with some of the functions onRequest, onDecision, onResponse, onEvent, onClose, onTarget, onUpdate (invalid_value)',
    ],
  ],
  [
    'a factory for observe that was not called',
    () => createMcpGateway({ target, observe: accessLog }),
    [
      'observe: given the function accessLog itself; expected what it returns: call it, as accessLog(…) (not_called)',
    ],
  ],
  [
    'a log without a logger',
    () => accessLog(),
    [
      'accessLog: given undefined; expected a logger with the functions info, warn and error (missing)',
    ],
  ],
  [
    'a listener that is none',
    () => createMcpGateway({ target, onError: console }),
    ['onError: given an object of the kind console; expected a function (wrong_type)'],
  ],
  [
    'a middleware that was not called',
    () => createMcpGateway({ target, use: requireAuth }),
    [
      'use: given the function requireAuth itself; expected what it returns: call it, as requireAuth(…) (not_called)',
    ],
  ],
  [
    'the name of a middleware',
    () => createMcpGateway({ target, use: 'helmet' }),
    ['use: given "helmet"; expected a middleware function (invalid_value)'],
  ],
  [
    'an app in place of its server',
    () => hardenServer(express()),
    ['server: given a function; expected an HTTP server, which app.listen() returns (wrong_type)'],
  ],
  [
    'a key in a file',
    () => createMcpGateway({ target: 'https://mcp.example/mcp', tls: { ca: './ca.pem' } }),
    [
      "tls.ca: given a text; expected certificates in PEM (not a file's name: readFileSync(name)) (invalid_value)",
    ],
  ],
  [
    'no certificate beside a key',
    () => createMcpGateway({ target: 'https://mcp.example/mcp', tls: { cert: 'PEM' } }),
    [
      "tls.cert: given a text; expected certificates in PEM (not a file's name: readFileSync(name)) (invalid_value)",
      'tls.key: given undefined; expected both: cert and its key (missing)',
    ],
  ],
  [
    'a proxy without a scheme',
    () => createMcpGateway({ target: 'https://mcp.example/mcp', proxy: 'proxy.example:3128' }),
    [
      "proxy: given a text; expected a proxy's URL, like 'http://proxy.example:3128', 'env' or false (invalid_value)",
    ],
  ],
  [
    'mcpProxy without a target',
    () => mcpProxy({}),
    [
      "target: given undefined; expected the upstream's URL, like 'https://mcp.example/mcp', or a request handler (missing)",
    ],
  ],
  [
    'injectHeaders of nothing',
    () => injectHeaders(),
    [
      "injectHeaders: given undefined; expected an object like { set: { 'X-Tenant': 'acme' } } (missing)",
    ],
  ],
])('what is wrong with headers, origins and addresses: %s', (_what, create, sentences) => {
  expect(sentencesOf(create)).toEqual(sentences);
});

import { describe, expect, test } from '@jest/globals';
import type { RequestHandler } from 'express';
import { apiKey, fromMiddleware, type GatewayConfig } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

const AUTHORIZATION = { Authorization: 'Bearer a' };

async function behind(middleware: RequestHandler, config: Partial<GatewayConfig> = {}) {
  const upstream = await recordingUpstream();
  const auth = fromMiddleware(middleware, (req) => req.user ?? { subject: 'default' });
  const gateway = await startGateway({ target: upstream.target, auth, ...config });
  return { ...gateway, upstream };
}

const failure = (fields: object) => Object.assign(new Error('inner detail'), fields);

/** What a middleware does instead of letting a request pass, and what becomes of the request. */
const OUTCOMES: [string, RequestHandler, number, string][] = [
  ['answers 401', (_req, res) => void res.status(401).end(), 401, 'unauthorized'],
  [
    'answers 401 with a body',
    (_req, res) => void res.status(401).json({ a: 1 }),
    401,
    'unauthorized',
  ],
  ['answers 401 by sendStatus', (_req, res) => void res.sendStatus(401), 401, 'unauthorized'],
  [
    'answers 401 in pieces',
    (_req, res) => {
      res.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' });
      res.write('inner detail');
      setImmediate(() => res.end('more'));
    },
    401,
    'unauthorized',
  ],
  [
    'answers 401 with a megabyte',
    (_req, res) => void res.status(401).end(Buffer.alloc(1024 * 1024, 'a')),
    401,
    'unauthorized',
  ],
  ['answers 403', (_req, res) => void res.status(403).end('inner detail'), 403, 'policy_denied'],
  ['answers 500', (_req, res) => void res.status(500).end('inner detail'), 500, 'internal_error'],
  ['answers 200', (_req, res) => void res.json({ inner: 'detail' }), 500, 'internal_error'],
  ['redirects to a login page', (_req, res) => res.redirect('/login'), 500, 'internal_error'],
  [
    'answers 401 and lets pass nevertheless',
    (_req, res, next) => {
      res.status(401).end();
      next();
    },
    401,
    'unauthorized',
  ],
  [
    'answers 500 and lets pass nevertheless',
    (_req, res, next) => {
      res.status(500).end();
      next();
    },
    500,
    'internal_error',
  ],
  [
    'reports a status of 401',
    (_r, _s, next) => next(failure({ status: 401 })),
    401,
    'unauthorized',
  ],
  [
    'a statusCode of 401',
    (_r, _s, next) => next(failure({ statusCode: 401 })),
    401,
    'unauthorized',
  ],
  ['reports 403', (_r, _s, next) => next(failure({ status: 403 })), 403, 'policy_denied'],
  ['reports 503', (_r, _s, next) => next(failure({ status: 503 })), 500, 'internal_error'],
  ['reports an error', (_r, _s, next) => next(failure({})), 500, 'internal_error'],
  ["reports no Error but 'route'", (_r, _s, next) => next('route'), 500, 'internal_error'],
  ['reports a falsy value', (_r, _s, next) => next(0), 500, 'internal_error'],
  [
    'throws',
    () => {
      throw failure({});
    },
    500,
    'internal_error',
  ],
  [
    'throws a 401',
    () => {
      throw failure({ status: 401 });
    },
    401,
    'unauthorized',
  ],
  ['rejects', async () => Promise.reject(failure({})), 500, 'internal_error'],
  ['rejects with nothing', async () => Promise.reject(), 500, 'internal_error'],
];

describe('A middleware that', () => {
  test.each(OUTCOMES)('%s', async (_, middleware, status, reason) => {
    const { port, upstream, errors } = await behind(middleware);
    const answer = await send(port, { headers: AUTHORIZATION });
    expect([answer.status, reasonOf(answer)]).toEqual([status, reason]);
    // Nothing of its own answer comes through.
    expect(`${answer.head} ${answer.body}`).not.toMatch(/inner|detail|Basic|\/login|realm="x"/);
    expect(errors.map((error) => error.reason)).toEqual([reason]);
    expect(upstream.seen).toEqual([]);
  });

  test('calls next twice is heard once', async () => {
    const { port, upstream, errors } = await behind((_req, _res, next) => {
      next();
      next();
      next(failure({}));
    });
    expect((await send(port)).status).toBe(200);
    expect([upstream.seen.length, errors.length]).toEqual([1, 0]);
  });

  test('fails after it has let a request pass cannot take that back', async () => {
    const { port, upstream } = await behind(async (_req, _res, next) => {
      next();
      throw failure({});
    });
    expect((await send(port)).status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
  });

  test('sets headers of the answer sets them nowhere', async () => {
    const { port } = await behind((_req, res, next) => {
      res.setHeader('X-Inner', 'detail').cookie('inner', 'detail');
      next();
    });
    const { status, head } = await send(port);
    expect(status).toBe(200);
    expect(head).not.toMatch(/inner/i);
  });

  test('reads the body is told of: it cannot be relayed any more', async () => {
    const { port, upstream } = await behind((req, _res, next) => {
      req.resume().on('end', () => next());
    });
    const answer = await send(port);
    expect([answer.status, reasonOf(answer)]).toEqual([500, 'body_consumed']);
    expect(upstream.seen).toEqual([]);
  });
});

describe('A middleware that asks for more scopes has its client told of them', () => {
  const CHALLENGE = 'Bearer realm="x", error="insufficient_scope", scope="files:read files:write"';

  const WAYS: [string, RequestHandler][] = [
    ['in a header', (_req, res) => void res.status(403).set('WWW-Authenticate', CHALLENGE).end()],
    [
      'with the head',
      (_req, res) => void res.writeHead(403, { 'www-authenticate': CHALLENGE }).end(),
    ],
    [
      'in one of several challenges',
      (_req, res) => {
        res.setHeader('WWW-Authenticate', ['Basic realm="x"', CHALLENGE]);
        res.status(403).end();
      },
    ],
    [
      'in the headers of an error',
      (_req, _res, next) =>
        next(failure({ status: 403, headers: { 'WWW-Authenticate': CHALLENGE } })),
    ],
    [
      'in the headers of an error, in lower case',
      (_req, _res, next) =>
        next(failure({ status: 403, headers: { 'www-authenticate': CHALLENGE } })),
    ],
  ];

  test.each(WAYS)('%s', async (_, middleware) => {
    const { port, upstream } = await behind(middleware);
    const answer = await send(port, { headers: AUTHORIZATION });
    expect([answer.status, reasonOf(answer)]).toEqual([403, 'insufficient_scope']);
    expect(valuesOf(answer, 'www-authenticate')).toEqual([
      'Bearer realm="mcp", scope="files:read files:write", error="insufficient_scope"',
    ]);
    expect(upstream.seen).toEqual([]);
  });

  test('but who has brought no credentials is told where to log in', async () => {
    const { port } = await behind((_req, res) => void res.status(403).end());
    const answer = await send(port);
    expect([answer.status, reasonOf(answer)]).toEqual([401, 'unauthorized']);
    expect(valuesOf(answer, 'www-authenticate')).toEqual(['Bearer realm="mcp"']);
  });

  test('what is no scope is not passed on', async () => {
    const { port } = await behind((_req, res) => {
      res.setHeader('WWW-Authenticate', 'Bearer error="insufficient_scope", scope="a é b\\c d"');
      res.status(403).end();
    });
    const answer = await send(port, { headers: AUTHORIZATION });
    expect(valuesOf(answer, 'www-authenticate')).toEqual([
      'Bearer realm="mcp", scope="a d", error="insufficient_scope"',
    ]);
  });

  test('unless another authenticator accepts', async () => {
    const asking = fromMiddleware(WAYS[0]?.[1] as RequestHandler, () => null);
    const { target } = await recordingUpstream();
    const auth = [asking, () => ({ subject: 'ada' })];
    const { port } = await startGateway({ target, auth });
    expect((await send(port, { headers: AUTHORIZATION })).status).toBe(200);
  });
});

test('one that refuses leaves it to the next; one that fails does not', async () => {
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const key = apiKey({ keys: [{ sha256, subject: 'ci' }] });
  const headers = { ...AUTHORIZATION, 'X-Api-Key': 'abc' };
  const refusing = fromMiddleware(
    (_req, res) => res.status(401).end(),
    () => null,
  );
  const failing = fromMiddleware(
    (_req, res) => res.status(502).end(),
    () => null,
  );
  const { target } = await recordingUpstream();
  const statusWith = async (auth: GatewayConfig['auth']) => {
    const { port } = await startGateway({ target, ...(auth !== undefined && { auth }) });
    return (await send(port, { headers })).status;
  };
  expect(await statusWith([refusing, key])).toBe(200);
  expect(await statusWith([failing, key])).toBe(500);
});

describe('What a request is found to come from', () => {
  test.each<[string, unknown, number]>([
    ['nobody', null, 401],
    ['nothing', undefined, 500],
    ['false', false, 500],
    ['a text', 'ada', 500],
    ['nobody in particular', {}, 500],
    ['an empty subject', { subject: '' }, 500],
    ['a subject that is no text', { subject: 7 }, 500],
    ['a list', [{ subject: 'ada' }], 500],
    ['an issuer that is no text', { subject: 'ada', issuer: { a: 1 } }, 500],
    // Each letter of it would pass for a scope.
    ['scopes that are no list', { subject: 'ada', scopes: 'a b' }, 500],
    ['scopes that are no texts', { subject: 'ada', scopes: [1] }, 500],
    ['a subject', { subject: 'ada' }, 200],
    [
      'all there can be',
      { subject: 'ada', issuer: 'i', scopes: ['a'], claims: {}, clientId: 'c' },
      200,
    ],
  ])('%s', async (_, principal, status) => {
    const upstream = await recordingUpstream();
    const given = principal as never;
    const auths = [
      fromMiddleware(
        (_req, _res, next) => next(),
        () => given,
      ),
      fromMiddleware(
        (_req, _res, next) => next(),
        async () => given,
      ),
      () => given,
      async () => given,
    ];
    for (const auth of auths) {
      const { port } = await startGateway({ target: upstream.target, auth });
      expect((await send(port)).status).toBe(status);
    }
    expect(upstream.seen).toHaveLength(status === 200 ? auths.length : 0);
  });
});

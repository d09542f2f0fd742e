import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { UpstreamUnavailableError } from '../../src/errors.ts';
import { clientCredentials } from '../../src/upstream-tokens/client-credentials.ts';
import { tokenExchange } from '../../src/upstream-tokens/token-exchange.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { until } from '../support/jwt/gate.ts';
import { serve } from '../support/servers.ts';
import { CLIENT, expectUnavailable, gatewayWith } from '../support/token-gateway.ts';
import {
  json,
  numbered,
  refusing,
  type TokenAnswer,
  tokenServer,
} from '../support/token-server.ts';

const CALLER = 'callers-own-token';
const ISSUED = 'issued-upstream-token';

const answering =
  (status: number, body: unknown): TokenAnswer =>
  (_request, res) =>
    json(res, status, body);

/** An answer that would be good but for these members. */
const but = (members: object): TokenAnswer =>
  answering(200, { access_token: ISSUED, token_type: 'Bearer', expires_in: 60, ...members });

const sending =
  (headers: Record<string, string>, body: string | Buffer): TokenAnswer =>
  (_request, res) =>
    void res.writeHead(200, headers).end(body);

const HUGE = JSON.stringify({ access_token: ISSUED, token_type: 'Bearer', x: 'x'.repeat(100_000) });
const JSON_TYPE = { 'Content-Type': 'application/json' };

/** What the endpoint does, and what `onError` is told of it. */
const FAILURES: [what: string, answer: TokenAnswer, told: RegExp][] = [
  ['refuses the client', refusing('invalid_client', 401), /gave 401 \(invalid_client\)$/],
  [
    'challenges the client',
    (request, res) => {
      res.setHeader('WWW-Authenticate', `Basic realm="${request.fields}"`);
      refusing('invalid_client', 401)(request, res);
    },
    /gave 401$/,
  ],
  ['refuses the grant', refusing('invalid_grant'), /gave 400 \(invalid_grant\)$/],
  ['refuses the resource', refusing('invalid_target'), /gave 400 \(invalid_target\)$/],
  [
    'refuses with what it was sent',
    ({ fields }, res) => json(res, 400, { error: String(fields) }),
    /gave 400$/,
  ],
  ['is overloaded', refusing('slow_down', 429), /gave 429 \(slow_down\)$/],
  ['breaks', sending({ 'Content-Type': 'text/html' }, '<h1>'), /gave an answer that is no bearer/],
  ['breaks with 500', (_request, res) => void res.writeHead(500).end(ISSUED), /gave 500$/],
  ['says nothing', (_request, res) => void res.writeHead(204).end(), /gave 204$/],
  ['answers with half a document', sending(JSON_TYPE, `{"access_token":"${ISSUED}`), /no bearer/],
  ['answers with a list', answering(200, [ISSUED]), /no bearer token$/],
  ['answers with null', answering(200, null), /no bearer token$/],
  ['gives no token', but({ access_token: undefined }), /no bearer token$/],
  ['gives an empty token', but({ access_token: '' }), /no bearer token$/],
  ['gives a number', but({ access_token: 5 }), /no bearer token$/],
  [
    'gives a second header',
    but({ access_token: `${ISSUED}\r\nX-Injected: 1` }),
    /no bearer token$/,
  ],
  ['gives two words', but({ access_token: `${ISSUED} x` }), /no bearer token$/],
  ['gives what no header can hold', but({ access_token: `${ISSUED}é` }), /no bearer token$/],
  ['does not say what kind of token', but({ token_type: undefined }), /no bearer token$/],
  ['gives a token bound to a key', but({ token_type: 'DPoP' }), /no bearer token$/],
  ['RFC 8693: gives no access token', but({ token_type: 'N_A' }), /no bearer token$/],
  ['gives a lifetime below zero', but({ expires_in: -1 }), /no bearer token$/],
  ['gives no lifetime that is one', but({ expires_in: 'soon' }), /no bearer token$/],
  ['breaks off', (_request, res) => void res.socket?.destroy(), /gave no answer \(\w+\)$/],
  [
    'breaks off halfway',
    (_request, res) => {
      res.writeHead(200, { ...JSON_TYPE, 'Content-Length': '1000' });
      res.write('{', () => res.destroy());
    },
    /gave no answer \(\w+\)$/,
  ],
  [
    'answers too much',
    sending(JSON_TYPE, HUGE),
    /no answer \(its answer has more than 65536 bytes/,
  ],
  [
    'answers too much, compressed',
    sending({ ...JSON_TYPE, 'Content-Encoding': 'gzip' }, gzipSync(HUGE)),
    /no answer \(its answer has more than 65536 bytes/,
  ],
  ['never answers', () => {}, /gave no answer \(it took more than 150 ms\)$/],
  [
    'never ends its answer',
    (_request, res) => void res.writeHead(200, JSON_TYPE).write('{'),
    /gave no answer \(it took more than 150 ms\)$/,
  ],
];

/** Nothing that was sent to the endpoint or came from it, in any form. */
function expectNoSecret(text: string): void {
  const secrets = [CLIENT.clientSecret, 's3cret', CALLER, ISSUED];
  const basic = [encodeURIComponent(CLIENT.clientSecret), CLIENT.clientSecret].map((secret) =>
    btoa(`gateway:${secret}`).slice(0, -4),
  );
  for (const secret of [...secrets, ...basic, 'subject_token=', 'grant_type']) {
    expect(text).not.toContain(secret);
  }
}

describe.each([
  ['clientCredentials', clientCredentials],
  ['tokenExchange', tokenExchange],
])('%s: an endpoint that', (_name, value) => {
  test.each(FAILURES)('%s: 503, nothing forwarded, nothing told', async (_what, answer, told) => {
    const server = await tokenServer(answer);
    holdTimers();
    const gateway = await gatewayWith(value({ tokenUrl: server.url, ...CLIENT, timeout: 150 }));
    const called = gateway.call(CALLER);
    await until(() => server.seen.length > 0);
    // Only what never ends has to run out of time.
    await expectUnavailable(await (told.source.includes('150') ? inHeldTime(called) : called));
    expect(gateway.given).toEqual([]);
    expect(server.seen).toHaveLength(1);
    expect(gateway.errors).toMatchObject([
      { reason: 'upstream_unavailable', cause: { message: expect.stringMatching(told) } },
    ]);
    expectNoSecret(gateway.told());
  });

  test.each([301, 302, 303, 307, 308])(
    'redirects with %i is not followed: the secret goes nowhere else',
    async (status) => {
      let lured = 0;
      const { port } = await serve((_req, res) => void res.end(String(++lured)));
      const server = await tokenServer((_request, res) => {
        res.writeHead(status, { Location: `http://127.0.0.1:${port}/token` }).end();
      });
      const gateway = await gatewayWith(value({ tokenUrl: server.url, ...CLIENT }));
      await expectUnavailable(await gateway.call(CALLER));
      expect(lured).toBe(0);
      expect(gateway.errors[0]?.cause).toMatchObject({
        message: expect.stringMatching(`${status}$`),
      });
    },
  );

  test('does not exist', async () => {
    const gateway = await gatewayWith(value({ tokenUrl: 'http://127.0.0.1:1/', ...CLIENT }));
    await expectUnavailable(await gateway.call(CALLER));
    expectNoSecret(gateway.told());
  });

  test('answers without end is cut', async () => {
    let isCut: Promise<unknown> | undefined;
    const server = await tokenServer((_request, res) => {
      isCut = once(res, 'close');
      res.writeHead(200, JSON_TYPE);
      const pour = () => {
        while (!res.destroyed && res.write('x'.repeat(10_000)));
      };
      res.on('drain', pour);
      pour();
    });
    const gateway = await gatewayWith(value({ tokenUrl: server.url, ...CLIENT }));
    await expectUnavailable(await gateway.call(CALLER));
    await isCut;
  });
});

describe('a token that was given', () => {
  test.each([
    ['clientCredentials', clientCredentials],
    ['tokenExchange', tokenExchange],
  ])('%s: is told to nobody but the upstream, even where that echoes it', async (_name, value) => {
    const server = await tokenServer(but({}));
    const gateway = await gatewayWith(value({ tokenUrl: server.url, ...CLIENT }));
    const answer = await gateway.call(CALLER);
    expect(answer.status).toBe(200);
    expect(gateway.given).toEqual([`Bearer ${ISSUED}`]);
    expect(answer.headers.get('x-echo')).toBeNull();
    expectNoSecret(gateway.told());
  });

  test('may come with an ID token, which nobody reads', async () => {
    const server = await tokenServer(numbered({ expires_in: 60, id_token: 'e30.e30.' }));
    const gateway = await gatewayWith(clientCredentials({ tokenUrl: server.url, ...CLIENT }));
    expect((await gateway.call()).status).toBe(200);
  });
});

test.each([
  [new UpstreamUnavailableError('Come back later', { retryAfterMs: 1500 }), '2'],
  [new UpstreamUnavailableError('Come back'), '1'],
])('a function of your own may say the same: %s', async (error, seconds) => {
  const gateway = await gatewayWith(() => Promise.reject(error));
  const answer = await gateway.call();
  await expectUnavailable(answer);
  expect(answer.headers.get('retry-after')).toBe(seconds);
  expect(gateway.errors[0]?.cause).toBe(error);
  expect(gateway.given).toEqual([]);
});

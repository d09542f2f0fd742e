import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { apiKey } from '../../src/index.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { startIssuer } from '../support/jwt/issued.ts';
import { formsOf, secretsIn } from '../support/told/secret-forms.ts';
import { type Told, toldGateway } from '../support/told/told-gateway.ts';
import { rawUpstream, recordingUpstream } from '../support/upstream.ts';
import {
  ANSWERED,
  CALL,
  echoing,
  QUERY,
  RESULT,
  ROWS,
  type Row,
  SECRETS,
} from './support/secret-rows.ts';

/** All that is told of one request, whoever is asked, and what of it the upstream got. */
async function run(row: Row, isMute: boolean) {
  const { auth, token } = await startIssuer();
  const bearer = await token({ note: SECRETS.claim });
  const got: string[] = [];
  const answer = row.answer ?? echoing(200, RESULT);
  const upstream = row.raw
    ? await rawUpstream((connection) => {
        void connection.has(/\r\n\r\n/).then((request) => {
          got.push(String(request));
          row.raw?.(connection, String(request));
        });
      })
    : await recordingUpstream((req, res) => {
        got.push(JSON.stringify([req.headers, req.url]));
        answer(req, res);
      });
  if (row.isSlow) holdTimers();
  const keys = [{ sha256: hash('sha256', SECRETS.apiKey), subject: 'key' }];
  const gateway = await toldGateway(
    {
      target: `${String(upstream.target).replace(/\?.*/, '')}?${QUERY}`,
      publicUrl: 'https://gateway.example/mcp',
      auth: [
        auth,
        apiKey({ keys }),
        ({ headers }) =>
          headers.cookie?.includes(SECRETS.cookie) === true && headers['x-none'] === '1'
            ? { subject: 'cookie', claims: { note: SECRETS.claim } }
            : null,
      ],
      sessions: false,
      timeout: { response: '1s' },
      headers: {
        set: {
          Authorization: `Bearer ${SECRETS.setAuthorization}`,
          'X-Api-Key': () => SECRETS.setKey,
          Cookie: `a=${SECRETS.setCookie}`,
          'X-Own': SECRETS.setOwn,
        },
        secret: ['X-Own'],
      },
      ...row.config,
    },
    isMute,
  );
  const { method = 'POST', path = '/mcp', body = CALL, headers = [] } = row;
  const head = [
    `${method} ${path}${path.includes('?') ? '&' : '?'}k=${SECRETS.clientQuery} HTTP/1.1`,
    'Host: gateway.example',
    'Connection: close',
    'Content-Type: application/json',
    row.credentials ?? `Authorization: Bearer ${bearer}`,
    ...(headers.some((line) => line.startsWith('Cookie')) ? [] : [`Cookie: a=${SECRETS.cookie}`]),
    ...(row.isSessionless ? [] : [`Mcp-Session-Id: ${SECRETS.session}`]),
    `Last-Event-ID: ${SECRETS.lastEvent}`,
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const asked = gateway.ask(`${head.join('\r\n')}\r\n\r\n${body}`);
  const text = await (row.isSlow ? inHeldTime(asked) : asked);
  const [, payload = '', signature = ''] = bearer.split('.');
  const secrets = { ...SECRETS, bearer, payload, signature };
  return { text, told: await gateway.told(), got: got.join(), secrets };
}

function expectNoSecret(told: Told, secrets: Readonly<Record<string, string>>): void {
  const found = Object.entries(told).map(([where, text]) => [
    where,
    secretsIn(text, where === 'answers' ? secrets : { ...secrets, ...ANSWERED }),
  ]);
  expect(found.filter(([, names]) => names?.length !== 0)).toEqual([]);
}

describe('no secret is in what anybody is told', () => {
  test.each(Object.entries(ROWS))('%s', async (_what, row) => {
    let hasFailed = false;
    for (const isMute of [false, true]) {
      const { text, told, got, secrets } = await run(row, isMute);
      expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${row.status} `));
      // The upstream heard them, so that they were there to be told.
      const expected = row.config?.headers ? ['opaque'] : ['setAuthorization', 'setKey', 'setOwn'];
      if (row.isRefused) expect(got).toBe('');
      else expect(secretsIn(got, SECRETS)).toEqual(expect.arrayContaining(expected));
      if (isMute) {
        expect(told.warnings?.includes('MCP_GATEWAY_FAILURE')).toBe(hasFailed);
      } else {
        hasFailed = /status: 5\d\d/.test(told.onError ?? '');
        for (const where of ['log', 'observers', 'stats', 'targets']) {
          expect(told[where]).toMatch(/mcp|127|invalid/);
        }
      }
      expectNoSecret(told, secrets);
    }
  });

  test('a secret is found in each form', () => {
    const secret = 'k3y "of" the\\client+/=é';
    const bytes = Buffer.from(secret);
    for (const form of [
      JSON.stringify({ secret }),
      JSON.stringify(JSON.stringify(secret)),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      Buffer.from(`user:${secret}`).toString('base64'),
      Buffer.from(`a${secret}.`).toString('base64url'),
      encodeURIComponent(secret),
      new URLSearchParams({ secret }).toString(),
      new URL(`https://h/?a=${secret}`).href,
    ]) {
      expect([form, secretsIn(form, { secret })]).toEqual([form, ['secret']]);
    }
    for (const form of formsOf(secret)) expect(form.length).toBeGreaterThan(8);
  });
});

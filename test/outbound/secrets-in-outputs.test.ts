import { describe, expect, test } from '@jest/globals';
import { clientCredentials, tokenExchange } from '../../src/index.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { json, refusing, type TokenAnswer, tokenServer } from '../support/token-server.ts';
import { secretsIn } from '../support/told/secret-forms.ts';
import { toldGateway } from '../support/told/told-gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

const SECRETS = {
  clientSecret: 's3cret "of": 100% \\+/=~',
  subjectToken: 't0ken~of/the+caller==',
  upstreamToken: 't0ken~for/the+upstream==',
  tokenQuery: 'qu3ry/of+the?token-endpoint',
};

const token = { access_token: SECRETS.upstreamToken, token_type: 'Bearer', expires_in: 3600 };
const issued_token_type = 'urn:ietf:params:oauth:token-type:access_token';

/** What a token endpoint does, and what the client gets. */
const ENDPOINTS: Readonly<Record<string, readonly [status: number, answer: TokenAnswer]>> = {
  'gives a token': [200, (_req, res) => json(res, 200, { ...token, issued_token_type })],
  'gives a token that the upstream refuses': [
    502,
    (_req, res) => json(res, 200, { ...token, issued_token_type, scope: 'refused' }),
  ],
  'refuses the client and says back what it got': [503, refusing('invalid_client', 401)],
  'refuses the caller and says back what it got': [503, refusing('invalid_grant')],
  'fails and says back what it got': [
    503,
    ({ fields }, res) => res.writeHead(500, { 'X-Echo': String(fields) }).end(String(fields)),
  ],
  'gives a token of another kind': [
    503,
    (_req, res) => json(res, 200, { ...token, token_type: SECRETS.upstreamToken }),
  ],
  'gives no JSON': [503, (_req, res) => void res.end(`{"access_token":"${SECRETS.upstreamToken}`)],
  'gives a token that is no header': [
    503,
    (_req, res) => json(res, 200, { ...token, access_token: `${SECRETS.upstreamToken}\n` }),
  ],
  redirects: [
    503,
    ({ fields }, res) => res.writeHead(307, { Location: `https://h.example/?${fields}` }).end(),
  ],
  'says nothing': [503, () => {}],
  'loses the connection': [503, (_req, res) => void res.destroy()],
};

const GRANTS = { clientCredentials, tokenExchange };

describe.each(Object.entries(GRANTS))('%s', (_name, grant) => {
  test.each(Object.entries(ENDPOINTS))(
    'a token endpoint that %s: nobody is told a secret',
    async (what, [status, answer]) => {
      for (const isMute of [false, true]) {
        for (const authMethod of ['client_secret_basic', 'client_secret_post'] as const) {
          const server = await tokenServer(answer);
          const isRefused = status === 502;
          const upstream = await recordingUpstream((req, res) => {
            const { authorization = '' } = req.headers;
            res.writeHead(isRefused ? 401 : 200, { 'X-Echo': authorization }).end('{}');
          });
          if (what === 'says nothing') holdTimers();
          const gateway = await toldGateway(
            {
              target: upstream.target,
              headers: {
                set: {
                  Authorization: grant({
                    tokenUrl: `${server.url}?k=${encodeURIComponent(SECRETS.tokenQuery)}`,
                    clientId: 'gateway',
                    clientSecret: SECRETS.clientSecret,
                    authMethod,
                  }),
                },
              },
            },
            isMute,
          );
          const head = `POST /mcp HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer ${SECRETS.subjectToken}`;
          const asked = gateway.ask(`${head}\r\nContent-Length: 2\r\n\r\n{}`);
          const text = await (what === 'says nothing' ? inHeldTime(asked) : asked);
          expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
          const [seen] = server.seen;
          const sent = JSON.stringify([seen?.headers, ...(seen?.fields ?? [])]);
          expect(sent).toMatch(authMethod === 'client_secret_basic' ? 'Basic ' : 'client_secret');
          const told = await gateway.told();
          const found = Object.entries(told).map(([where, all]) => [
            where,
            secretsIn(all, SECRETS),
          ]);
          expect(found.filter(([, names]) => names?.length !== 0)).toEqual([]);
        }
      }
    },
  );
});

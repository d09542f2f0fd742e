import { describe, expect, test } from '@jest/globals';
import { extractWWWAuthenticateParams } from '@modelcontextprotocol/client';
import { upstreamAuth } from '../../src/index.ts';
import { headerOf, valuesOf } from '../support/client/answer.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { challenge, METADATA, PUBLIC, protectedUpstream } from './support/protected-upstream.ts';

const UPSTREAM = 'https://upstream.example/.well-known/oauth-protected-resource/mcp';

describe('what is between the client and the upstream goes through', () => {
  test.each(['POST', 'GET', 'DELETE'])('Authorization and DPoP of a %s', async (method) => {
    const { gateway, upstream } = await protectedUpstream({ '/up/mcp': (_req, res) => res.end() });
    const headers = { Authorization: 'DPoP to.ken=', DPoP: 'a.b.c', Cookie: 'a=b' };
    expect((await send(gateway.port, { method, headers })).status).toBe(200);
    const [seen] = upstream.seen;
    expect(seen?.headers).toMatchObject({ authorization: 'DPoP to.ken=', dpop: 'a.b.c' });
    expect(seen?.headers.cookie).toBeUndefined();
  });

  test('without any, it is the upstream that refuses', async () => {
    const { gateway, upstream } = await protectedUpstream({
      '/up/mcp': (_req, res) => {
        res.setHeader('DPoP-Nonce', 'n-1').setHeader('WWW-Authenticate', 'DPoP algs="ES256"');
        res.writeHead(401, { 'Content-Type': 'application/json' }).end('{"error":"x"}');
      },
    });
    const answer = await send(gateway.port);
    expect([answer.status, answer.body]).toEqual([401, '{"error":"x"}']);
    expect(valuesOf(answer, 'www-authenticate')).toEqual(['DPoP algs="ES256"']);
    expect(valuesOf(answer, 'dpop-nonce')).toEqual(['n-1']);
    expect(upstream.seen).toHaveLength(1);
  });

  test('a page learns of the challenge', async () => {
    const { gateway } = await protectedUpstream({ '/up/mcp': challenge('Bearer realm="a"') });
    const headers = { Origin: 'https://gateway.example' };
    const answer = await send(gateway.port, { headers });
    expect(headerOf(answer, 'access-control-expose-headers')).toMatch(/WWW-Authenticate/i);
  });

  test('sessions are the business of the upstream as well', async () => {
    const { gateway, upstream } = await protectedUpstream({ '/up/mcp': (_req, res) => res.end() });
    const headers = { 'Mcp-Session-Id': 'never-seen' };
    expect((await send(gateway.port, { headers })).status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
  });

  test('a repeated credential is refused all the same', async () => {
    const { gateway, upstream } = await protectedUpstream({});
    const headers = { Authorization: ['Bearer a', 'Bearer b'] };
    expect((await send(gateway.port, { headers })).status).toBe(400);
    expect(upstream.seen).toEqual([]);
  });
});

describe('a challenge points to the gateway, and says the rest as it was', () => {
  test.each<[string, string[], string[]]>([
    [
      'alone',
      [`Bearer resource_metadata="${UPSTREAM}"`],
      [`Bearer resource_metadata="${METADATA}"`],
    ],
    [
      'with more',
      [`Bearer error="invalid_token", resource_metadata="${UPSTREAM}", scope="a b"`],
      [`Bearer error="invalid_token", resource_metadata="${METADATA}", scope="a b"`],
    ],
    [
      'in another case',
      [`bearer Resource_Metadata="${UPSTREAM}"`],
      [`bearer Resource_Metadata="${METADATA}"`],
    ],
    [
      'with blanks, which RFC 9110 allows for old senders',
      [`Bearer resource_metadata = "${UPSTREAM}"`],
      [`Bearer resource_metadata = "${METADATA}"`],
    ],
    [
      'without quotes, as official clients read it too',
      [`Bearer resource_metadata=${UPSTREAM}, scope="a"`],
      [`Bearer resource_metadata="${METADATA}", scope="a"`],
    ],
    ['empty', ['Bearer resource_metadata=""'], [`Bearer resource_metadata="${METADATA}"`]],
    [
      'twice in one line',
      [`Bearer resource_metadata="${UPSTREAM}", DPoP resource_metadata="${UPSTREAM}"`],
      [`Bearer resource_metadata="${METADATA}", DPoP resource_metadata="${METADATA}"`],
    ],
    [
      'in two lines',
      [
        `Bearer resource_metadata="${UPSTREAM}"`,
        `DPoP algs="ES256", resource_metadata="${UPSTREAM}"`,
      ],
      [
        `Bearer resource_metadata="${METADATA}"`,
        `DPoP algs="ES256", resource_metadata="${METADATA}"`,
      ],
    ],
    ['without it', ['Bearer realm="a", scope="b"'], ['Bearer realm="a", scope="b"']],
    [
      'another parameter that ends alike',
      [`Bearer x_resource_metadata="${UPSTREAM}"`],
      [`Bearer x_resource_metadata="${UPSTREAM}"`],
    ],
  ])('%s', async (_, given, expected) => {
    const { gateway } = await protectedUpstream({ '/up/mcp': challenge(...given) });
    expect(valuesOf(await send(gateway.port), 'www-authenticate')).toEqual(expected);
  });

  test.each([401, 403])('and with %i an official client finds the document', async (status) => {
    const { gateway } = await protectedUpstream({
      '/up/mcp': (_req, res) => {
        const value = `Bearer error="insufficient_scope", scope="a b", resource_metadata="${UPSTREAM}"`;
        res.writeHead(status, { 'WWW-Authenticate': value }).end();
      },
    });
    const answer = await fetch(gateway.url, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(status);
    const found = extractWWWAuthenticateParams(answer);
    expect(found.resourceMetadataUrl?.href).toBe(METADATA);
    expect(found.scope).toBe('a b');
  });
});

test('an upstream in this process is one as well', async () => {
  const seen: unknown[] = [];
  const { port } = await startGateway({
    publicUrl: PUBLIC,
    auth: upstreamAuth(),
    target(req, res) {
      seen.push([req.url, req.headers.authorization]);
      if (req.method === 'GET') {
        const body = { resource: PUBLIC, authorization_servers: ['https://idp.example'] };
        res.end(JSON.stringify(body));
      } else {
        res.setHeader('WWW-Authenticate', `Bearer resource_metadata="${UPSTREAM}"`);
        res.writeHead(401).end();
      }
    },
  });
  const answer = await send(port, { headers: { Authorization: 'Bearer a' } });
  expect(valuesOf(answer, 'www-authenticate')).toEqual([`Bearer resource_metadata="${METADATA}"`]);
  const path = new URL(METADATA).pathname;
  const found = await send(port, { method: 'GET', path, headers: { Authorization: 'Bearer b' } });
  expect([found.status, JSON.parse(found.body)]).toEqual([
    200,
    { resource: PUBLIC, authorization_servers: ['https://idp.example'] },
  ]);
  expect(seen).toEqual([
    [expect.any(String), 'Bearer a'],
    [expect.stringMatching(/^\/\.well-known\/oauth-protected-resource/), undefined],
  ]);
});

import { describe, expect, test } from '@jest/globals';
import { requireBearerAuth } from '@modelcontextprotocol/express';
import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import express from 'express';
import passport from 'passport';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import { fromMiddleware, mcpProxy, principalOf, requireAuth } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { HOSTS } from '../support/hosts.ts';
import { nowInSeconds } from '../support/jwt/issued.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

const GOOD = 'good-token';

function withPassport() {
  const own = new passport.Passport();
  own.use(
    new BearerStrategy((token, done) => {
      if (token === 'broken') done(new Error('The directory is down'));
      else done(null, token === GOOD && { subject: 'ada', scopes: ['mcp'] });
    }),
  );
  return fromMiddleware(own.authenticate('bearer', { session: false }), (req) => req.user);
}

function withSdk() {
  const bearer = requireBearerAuth({
    requiredScopes: ['mcp'],
    verifier: {
      async verifyAccessToken(token) {
        if (token === 'broken') throw new Error('The directory is down');
        if (token !== GOOD && token !== 'poor') {
          throw new OAuthError(OAuthErrorCode.InvalidToken, 'Not known');
        }
        const scopes = token === GOOD ? ['mcp'] : [];
        return { token, clientId: 'agent', scopes, expiresAt: nowInSeconds() + 60 };
      },
    },
  });
  return fromMiddleware(bearer, ({ auth }) => ({
    subject: 'ada',
    clientId: auth.clientId,
    scopes: auth.scopes,
  }));
}

const LIBRARIES = { passport: withPassport, "the SDK's requireBearerAuth": withSdk };

describe.each(HOSTS)('in %s', (framework, host) => {
  // What the SDK's middleware refuses with, only Express adds to answers.
  const works = Object.entries(LIBRARIES).filter(
    ([, library]) => library !== withSdk || framework !== 'Connect',
  );

  describe.each(works)('%s', (_library, library) => {
    async function behind() {
      const upstream = await recordingUpstream();
      const found: unknown[] = [];
      const { port } = await serve(
        host([
          requireAuth(library()),
          (req, _res, next) => {
            found.push(principalOf(req));
            next();
          },
          mcpProxy({ target: upstream.target }),
        ]),
      );
      const ask = (token?: string) =>
        send(port, { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });
      return { upstream, found, ask };
    }

    test('a request that it lets pass goes on, without its token', async () => {
      const { upstream, found, ask } = await behind();
      expect((await ask(GOOD)).status).toBe(200);
      expect(found).toEqual([expect.objectContaining({ subject: 'ada', scopes: ['mcp'] })]);
      expect(upstream.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    });

    test('its refusals are answered by the gateway, with one challenge', async () => {
      const { upstream, ask } = await behind();
      const refused = await ask('bad');
      expect([refused.status, reasonOf(refused)]).toEqual([401, 'unauthorized']);
      expect(valuesOf(refused, 'www-authenticate')).toEqual([
        'Bearer realm="mcp", error="invalid_token"',
      ]);
      const absent = await ask();
      expect(absent.status).toBe(401);
      expect(valuesOf(absent, 'www-authenticate')).toEqual(['Bearer realm="mcp"']);
      expect(upstream.seen).toEqual([]);
    });

    test('its failures are 500, and nothing of them is told', async () => {
      const { upstream, ask } = await behind();
      const failed = await ask('broken');
      expect([failed.status, reasonOf(failed)]).toEqual([500, 'internal_error']);
      expect(failed.body).not.toContain('directory');
      expect(upstream.seen).toEqual([]);
    });
  });
});

test("a token that lacks a scope, as the SDK's middleware sees it: its client is told which", async () => {
  const upstream = await recordingUpstream();
  const { port } = await serve(
    express().use(requireAuth(withSdk()), mcpProxy({ target: upstream.target })),
  );
  const answer = await send(port, { headers: { Authorization: 'Bearer poor' } });
  expect([answer.status, reasonOf(answer)]).toEqual([403, 'insufficient_scope']);
  expect(valuesOf(answer, 'www-authenticate')).toEqual([
    'Bearer realm="mcp", scope="mcp", error="insufficient_scope"',
  ]);
  expect(upstream.seen).toEqual([]);
});

test('a middleware that needs Express lets nobody in without it', async () => {
  const upstream = await recordingUpstream();
  const [, connect] = HOSTS.find(([name]) => name === 'Connect') as (typeof HOSTS)[number];
  const slots = [requireAuth(withSdk()), mcpProxy({ target: upstream.target })];
  const { port } = await serve(connect(slots));
  const answer = await send(port, { headers: { Authorization: 'Bearer bad' } });
  expect([answer.status, reasonOf(answer)]).toEqual([500, 'internal_error']);
  expect(upstream.seen).toEqual([]);
});

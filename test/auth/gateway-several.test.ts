import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  type AuthenticateFunction,
  type Authenticator,
  apiKey,
  fromMiddleware,
  jwt,
} from '../../src/index.ts';
import { headerOf, valuesOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { AUDIENCE } from '../support/jwt/gate.ts';
import { nowInSeconds, startIssuer } from '../support/jwt/issued.ts';
import { keyServer, sign, signingKey } from '../support/jwt/issuer.ts';
import { recordingUpstream } from '../support/upstream.ts';

const key = apiKey({
  keys: [{ sha256: createHash('sha256').update('good-key').digest('hex'), subject: 'ci' }],
});
const METADATA = 'https://gateway.example/.well-known/oauth-protected-resource/mcp';

async function behind(auth: Authenticator | Authenticator[]) {
  const upstream = await recordingUpstream();
  const gateway = await startGateway({
    target: upstream.target,
    publicUrl: 'https://gateway.example/mcp',
    auth,
    headers: { set: { 'X-User': ({ principal }) => principal?.subject } },
  });
  return { ...gateway, upstream };
}

/** An issuer whose keys nobody can get. */
async function unreachable() {
  const signer = await signingKey('key-1');
  const { issuer, jwksUri, ...server } = await keyServer(signer);
  server.goDown();
  const claims = { iss: issuer, aud: AUDIENCE, sub: 'bob', exp: nowInSeconds() + 60 };
  return {
    auth: jwt({ issuer, jwksUri, audience: AUDIENCE }),
    header: { Authorization: `Bearer ${await sign(signer, claims)}` },
  };
}

const throwing: AuthenticateFunction = () => {
  throw new Error('inner detail');
};

describe('of several authenticators any may accept', () => {
  test.each([
    ['a token', true, false, 'alice'],
    ['a key', false, true, 'ci'],
    ['both: the first that accepts decides', true, true, 'alice'],
  ])('%s', async (_, hasToken, hasKey, subject) => {
    const idp = await startIssuer();
    const { port, upstream } = await behind([idp.auth, key]);
    const headers = {
      ...(hasToken && (await idp.bearer())),
      ...(hasKey && { 'X-Api-Key': 'good-key' }),
    };
    expect((await send(port, { headers })).status).toBe(200);
    expect(upstream.seen.map((seen) => seen.headers['x-user'])).toEqual([subject]);
  });

  test('what one refuses another may accept, in either order', async () => {
    const idp = await startIssuer();
    for (const auth of [
      [idp.auth, key],
      [key, idp.auth],
    ]) {
      const { port } = await behind(auth);
      const expired = await idp.bearer({ exp: 1 });
      const withKey = await send(port, { headers: { ...expired, 'X-Api-Key': 'good-key' } });
      const withToken = await send(port, {
        headers: { ...(await idp.bearer()), 'X-Api-Key': 'bad-key' },
      });
      expect([withKey.status, withToken.status]).toEqual([200, 200]);
    }
  });

  test('two issuers: each takes its own', async () => {
    const [one, two] = [await startIssuer(), await startIssuer()];
    const { port } = await behind([one.auth, two.auth]);
    expect((await send(port, { headers: await one.bearer() })).status).toBe(200);
    expect((await send(port, { headers: await two.bearer() })).status).toBe(200);
    const mixed = await two.bearer({ iss: 'https://idp.example' });
    expect((await send(port, { headers: mixed })).status).toBe(401);
  });
});

describe('accept beats 503 beats 401', () => {
  test.each(['first', 'last'])('with the one that cannot tell %s', async (position) => {
    const down = await unreachable();
    const auths = position === 'first' ? [down.auth, key] : [key, down.auth];
    const { port, upstream } = await behind(auths);
    const headers = down.header;

    const accepted = await send(port, { headers: { ...headers, 'X-Api-Key': 'good-key' } });
    expect(accepted.status).toBe(200);
    for (const apiKeyToo of [{}, { 'X-Api-Key': 'bad-key' }]) {
      const unsure = await send(port, { headers: { ...headers, ...apiKeyToo } });
      expect([unsure.status, reasonOf(unsure)]).toEqual([503, 'keys_unavailable']);
      expect(headerOf(unsure, 'retry-after')).toMatch(/^[1-9]\d*$/);
      expect(valuesOf(unsure, 'www-authenticate')).toEqual([]);
    }
    // Without a token nobody is unsure.
    expect((await send(port, { headers: { 'X-Api-Key': 'bad-key' } })).status).toBe(401);
    expect(upstream.seen).toHaveLength(1);
  });
});

describe('one challenge for all', () => {
  test('of tokens, where any are taken', async () => {
    const idp = await startIssuer();
    const { port } = await behind([key, idp.authWith({ scopes: ['mcp'] }), idp.auth]);
    const challenge = `Bearer resource_metadata="${METADATA}", scope="mcp"`;
    expect(valuesOf(await send(port), 'www-authenticate')).toEqual([challenge]);
    const refused = await send(port, { headers: { 'X-Api-Key': 'bad-key' } });
    expect(valuesOf(refused, 'www-authenticate')).toEqual([
      `${challenge}, error="invalid_token", error_description="The key is not known"`,
    ]);
  });

  test('a function alone: clients overlook a challenge without a parameter', async () => {
    const { port } = await behind(() => null);
    expect(valuesOf(await send(port), 'www-authenticate')).toEqual(['Bearer realm="mcp"']);
  });
});

describe('one that fails is a 500, never an accept', () => {
  const failing: [string, Authenticator][] = [
    ['throws', throwing],
    ['rejects', async () => Promise.reject(new Error('inner detail'))],
    ['rejects with nothing', async () => Promise.reject()],
    ['gives no principal', (() => ({ subject: 7 })) as never],
  ];

  test.each(failing)('one that %s', async (_, auth) => {
    const { port, upstream, errors } = await behind([auth, key]);
    const answer = await send(port, { headers: { 'X-Api-Key': 'good-key' } });
    expect([answer.status, reasonOf(answer)]).toEqual([500, 'internal_error']);
    expect(answer.body).not.toContain('inner');
    expect(errors.map(({ reason }) => reason)).toEqual(['internal_error']);
    expect(upstream.seen).toEqual([]);
  });

  test('isRevoked that throws, and one that says anything but no', async () => {
    const idp = await startIssuer();
    const statusWith = async (isRevoked: () => never) => {
      const { port } = await behind(idp.authWith({ isRevoked }));
      return (await send(port, { headers: await idp.bearer() })).status;
    };
    expect(await statusWith(throwing as () => never)).toBe(500);
    expect(await statusWith((() => undefined) as never)).toBe(401);
    expect(await statusWith((() => 0) as never)).toBe(401);
    expect(await statusWith((() => false) as never)).toBe(200);
  });

  test('one that hangs is one that fails, and a client that leaves meanwhile is no matter', async () => {
    const hanging: Authenticator[] = [
      () => new Promise(() => {}),
      fromMiddleware(
        () => {},
        () => ({ subject: 'ada' }),
      ),
      fromMiddleware(
        (_req, _res, next) => next(),
        () => new Promise(() => {}),
      ),
    ];
    const started = await Promise.all(hanging.map((auth) => behind([auth, key])));
    const headers = { 'X-Api-Key': 'good-key' };
    holdTimers();
    const gone = started.map(({ url }) =>
      fetch(url, { method: 'POST', headers, signal: AbortSignal.timeout(50) }).catch(() => 'left'),
    );
    expect(await Promise.all(gone)).toEqual(hanging.map(() => 'left'));
    const answers = await inHeldTime(
      Promise.all(started.map(({ port }) => send(port, { headers }))),
    );
    expect(answers.map(reasonOf)).toEqual(hanging.map(() => 'internal_error'));
    expect(started.flatMap(({ upstream }) => upstream.seen)).toEqual([]);
  });
});

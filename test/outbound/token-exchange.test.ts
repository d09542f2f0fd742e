import { describe, expect, test } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import {
  type TokenExchangeOptions,
  tokenExchange,
} from '../../src/upstream-tokens/token-exchange.ts';
import { passes } from '../support/fake-time.ts';
import { CLIENT, expectUnavailable, gatewayWith } from '../support/token-gateway.ts';
import {
  json,
  refusing,
  type TokenAnswer,
  type TokenServer,
  tokenServer,
} from '../support/token-server.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** `for-` and the caller's own token. */
const exchanged =
  (more: object = { expires_in: 3600 }): TokenAnswer =>
  ({ fields }, res) =>
    json(res, 200, {
      access_token: `for-${fields.get('subject_token')}`,
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      ...more,
    });

/** Refuses these callers, and these alone. */
const refusingOnly =
  (callers: readonly string[], error = 'invalid_grant', status = 400): TokenAnswer =>
  (request, res) => {
    const isRefused = callers.includes(request.fields.get('subject_token') ?? '');
    (isRefused ? refusing(error, status) : exchanged())(request, res);
  };

const gatewayFor = ({ url }: TokenServer, more: Partial<TokenExchangeOptions> = {}) =>
  gatewayWith(tokenExchange({ tokenUrl: url, ...CLIENT, ...more }));

const subjects = ({ seen }: TokenServer) => seen.map(({ fields }) => fields.get('subject_token'));

describe('RFC 8693: the request', () => {
  test('says what the caller brought', async () => {
    const server = await tokenServer(exchanged());
    await (await gatewayFor(server)).call('alice');
    expect(Object.fromEntries(server.seen[0]?.fields ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'alice',
      subject_token_type: ACCESS_TOKEN,
    });
  });

  test('and what is wanted for it', async () => {
    const server = await tokenServer(exchanged());
    const gateway = await gatewayFor(server, {
      subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
      requestedTokenType: ACCESS_TOKEN,
      audience: ['one', 'another'],
      resource: 'https://mcp.example/mcp',
      scope: 'tools:call',
    });
    await gateway.call('alice');
    const { fields } = server.seen[0] ?? {};
    expect(fields?.get('subject_token_type')).toBe('urn:ietf:params:oauth:token-type:jwt');
    expect(fields?.get('requested_token_type')).toBe(ACCESS_TOKEN);
    expect(fields?.getAll('audience')).toEqual(['one', 'another']);
    expect(fields?.get('resource')).toBe('https://mcp.example/mcp');
    expect(fields?.get('scope')).toBe('tools:call');
  });
});

describe('each caller has a token of its own', () => {
  test('by turns', async () => {
    const server = await tokenServer(exchanged());
    const gateway = await gatewayFor(server);
    const callers = ['alice', 'bob', 'alice', 'Alice', 'bob', 'alice='];
    for (const caller of callers) await gateway.call(caller);
    expect(gateway.given).toEqual(callers.map((caller) => `Bearer for-${caller}`));
    expect(subjects(server)).toEqual(['alice', 'bob', 'Alice', 'alice=']);
  });

  test('at the same time, answered in another order; those of one caller share', async () => {
    const held: (() => void)[] = [];
    const server = await tokenServer((request, res) => {
      held.push(() => exchanged()(request, res));
    });
    const callers = ['alice', 'bob', 'carol'].flatMap((caller) => [caller, caller, caller]);
    const gateway = await gatewayFor(server);
    const calls = callers.map((caller) => gateway.call(caller));
    await Promise.all([gateway.waiting(callers.length), server.asked(3)]);
    for (const answer of held.reverse()) answer();
    await Promise.all(calls);
    expect(gateway.pairs).toHaveLength(callers.length);
    for (const [caller, given] of gateway.pairs) expect(given).toBe(`Bearer for-${caller}`);
    expect(new Set(subjects(server))).toEqual(new Set(['alice', 'bob', 'carol']));
    expect(server.seen).toHaveLength(3);
  });

  test('which does not outlive the one it came from', async () => {
    const server = await tokenServer(exchanged());
    const gateway = await gatewayFor(server);
    passes(0);
    const caller = new UnsecuredJWT({}).setExpirationTime(Math.floor(Date.now() / 1000) + 100);
    const token = `${caller.encode()}signature`;
    await gateway.call(token);
    passes(80_000);
    await gateway.call(token);
    expect(server.seen).toHaveLength(1);
    server.answer = refusing('invalid_grant');
    passes(20_000);
    await expectUnavailable(await gateway.call(token));
  });

  test('and the one that was used longest ago is forgotten', async () => {
    const server = await tokenServer(exchanged());
    const gateway = await gatewayFor(server, { maxTokens: 2 });
    for (const caller of ['alice', 'bob', 'alice', 'carol', 'alice', 'bob']) {
      await gateway.call(caller);
    }
    expect(subjects(server)).toEqual(['alice', 'bob', 'carol', 'bob']);
  });

  test('and no flood of tokens that are refused drives it out', async () => {
    const flood = ['x', 'y', 'z'];
    const server = await tokenServer(refusingOnly(flood));
    const gateway = await gatewayFor(server, { maxTokens: 2 });
    for (const caller of ['alice', 'bob', ...flood, 'alice', 'bob']) await gateway.call(caller);
    expect(subjects(server)).toEqual(['alice', 'bob', ...flood]);
  });
});

describe('a refusal', () => {
  test('is one caller’s, and no other’s', async () => {
    const server = await tokenServer(refusingOnly(['bob']));
    const gateway = await gatewayFor(server);
    await expectUnavailable(await gateway.call('bob'));
    expect((await gateway.call('alice')).status).toBe(200);
    expect(gateway.given).toEqual(['Bearer for-alice']);
  });

  test('is not asked for again at once, and not remembered for long', async () => {
    const server = await tokenServer(refusingOnly(['bob']));
    const gateway = await gatewayFor(server);
    passes(0);
    await expectUnavailable(await gateway.call('bob'));
    passes(999);
    await expectUnavailable(await gateway.call('bob'));
    expect(server.seen).toHaveLength(1);
    server.answer = exchanged();
    passes(1);
    expect((await gateway.call('bob')).status).toBe(200);
  });

  test.each([
    ['that the server is overloaded', 'temporarily_unavailable', 503],
    ['of the gateway itself', 'invalid_client', 401],
    ['of everything that the gateway asks for', 'unauthorized_client', 400],
  ])('%s spares the server all callers', async (_what, error, status) => {
    const server = await tokenServer(refusing(error, status));
    const gateway = await gatewayFor(server);
    passes(0);
    await expectUnavailable(await gateway.call('alice'));
    await expectUnavailable(await gateway.call('bob'));
    expect(server.seen).toHaveLength(1);
    server.answer = exchanged();
    passes(1000);
    expect((await gateway.call('alice')).status).toBe(200);
    expect((await gateway.call('bob')).status).toBe(200);
  });

  test('of several at the same time is one failure of the server', async () => {
    const held: (() => void)[] = [];
    const fails = refusing('temporarily_unavailable', 503);
    const server = await tokenServer((request, res) => {
      held.push(() => fails(request, res));
    });
    const gateway = await gatewayFor(server);
    passes(0);
    const calls = ['alice', 'bob', 'carol'].map((caller) => gateway.call(caller));
    await server.asked(3);
    for (const answer of held) answer();
    for (const answer of await Promise.all(calls)) {
      await expectUnavailable(answer);
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  });

  test('while a token is held is no reason not to use it', async () => {
    const server = await tokenServer(exchanged({ expires_in: 100 }));
    const gateway = await gatewayFor(server);
    passes(0);
    await gateway.call('alice');
    server.answer = refusing('temporarily_unavailable', 503);
    passes(99_999);
    expect((await gateway.call('alice')).status).toBe(200);
    await expectUnavailable(await gateway.call('bob'));
    passes(1);
    await expectUnavailable(await gateway.call('alice'));
  });
});

test.each([
  ['no credentials', undefined],
  ['another scheme', 'Basic YTpi'],
  ['two tokens in one', 'Bearer a, Bearer b'],
])('a caller with %s has nothing to exchange: 500, and nobody is asked', async (_what, value) => {
  const server = await tokenServer(exchanged());
  const gateway = await gatewayFor(server);
  const answer = await gateway.callWith(value === undefined ? {} : { Authorization: value });
  expect(answer.status).toBe(500);
  expect(server.seen).toEqual([]);
  expect(gateway.given).toEqual([]);
  expect(gateway.errors[0]?.cause).toMatchObject({ message: expect.stringMatching(/auth: jwt/) });
});

import { describe, expect, test } from '@jest/globals';
import {
  type ClientCredentialsOptions,
  clientCredentials,
} from '../../src/upstream-tokens/client-credentials.ts';
import { passes } from '../support/fake-time.ts';
import { CLIENT, expectUnavailable, gatewayWith } from '../support/token-gateway.ts';
import { numbered, refusing, type TokenServer, tokenServer } from '../support/token-server.ts';

const gatewayFor = ({ url }: TokenServer, more: Partial<ClientCredentialsOptions> = {}) =>
  gatewayWith(clientCredentials({ tokenUrl: url, ...CLIENT, ...more }));

describe('the request for a token', () => {
  /** RFC 6749 section 2.3.1: form-encoded, then as in RFC 7617. */
  const basic = `Basic ${btoa('gateway:s3cret%3A+100%25+%2B%2F%3D%7E')}`;

  test('says no more than it must', async () => {
    const server = await tokenServer();
    await (await gatewayFor(server)).call();
    expect(server.seen[0]?.headers.authorization).toBe(basic);
    expect(server.seen[0]?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect([...(server.seen[0]?.fields ?? [])]).toEqual([['grant_type', 'client_credentials']]);
  });

  test('RFC 8707: names the resources, the audience, and the scopes', async () => {
    const server = await tokenServer();
    const gateway = await gatewayFor(server, {
      scope: 'tools:read tools:call',
      audience: 'upstream',
      resource: ['https://mcp.example/mcp', new URL('https://other.example/a?b')],
      authMethod: 'client_secret_post',
    });
    await gateway.call();
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
    const pairs = [...(server.seen[0]?.fields ?? [])].map((pair) => pair.join('='));
    expect(new Set(pairs)).toEqual(
      new Set([
        'audience=upstream',
        `client_id=${CLIENT.clientId}`,
        `client_secret=${CLIENT.clientSecret}`,
        'grant_type=client_credentials',
        'resource=https://mcp.example/mcp',
        'resource=https://other.example/a?b',
        'scope=tools:read tools:call',
      ]),
    );
  });
});

describe('the token', () => {
  test("is the gateway's own: what the client sends stays here", async () => {
    const gateway = await gatewayFor(await tokenServer());
    expect((await gateway.call('of-the-client')).status).toBe(200);
    expect(gateway.given).toEqual(['Bearer upstream-token-0']);
  });

  test('one is fetched for all who wait', async () => {
    const held: (() => void)[] = [];
    const server = await tokenServer((request, res) => {
      held.push(() => numbered()(request, res));
    });
    const gateway = await gatewayFor(server);
    const calls = Array.from({ length: 5 }, () => gateway.call());
    await Promise.all([gateway.waiting(5), server.asked(1)]);
    held[0]?.();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(gateway.given).toEqual(Array(5).fill('Bearer upstream-token-0'));
    expect(server.seen).toHaveLength(1);
  });

  const RENEWALS: [what: string, answer: object, renewedAfterMs: number][] = [
    ['30 s before it expires', { expires_in: 3600 }, 3_570_000],
    ['after nine tenths of a short life', { expires_in: 100 }, 90_000],
    ['whose lifetime is a text', { expires_in: '100' }, 90_000],
    ['after less than a minute where nobody knows', {}, 54_000],
    ['each time where it lasts for no time', { expires_in: 0 }, 0],
  ];

  test.each(RENEWALS)('is renewed %s', async (_what, answer, ms) => {
    const server = await tokenServer(numbered(answer));
    const gateway = await gatewayFor(server);
    passes(0);
    await gateway.call();
    if (ms > 0) {
      passes(ms - 1);
      await gateway.call();
      passes(1);
    }
    expect(server.seen).toHaveLength(1);
    // Nobody waits for the new one while the old one is good.
    do await gateway.call();
    while (gateway.given.at(-1) !== 'Bearer upstream-token-1');
    expect(new Set(gateway.given).size).toBe(ms > 0 ? 2 : gateway.given.length);
    if (ms > 0) expect(server.seen).toHaveLength(2);
  });

  test('a token server that hangs stops nobody while the token is good', async () => {
    const server = await tokenServer((request, res) => {
      // Asked again, it says nothing.
      if (request.number === 0) numbered({ expires_in: 100 })(request, res);
    });
    const gateway = await gatewayFor(server);
    passes(0);
    await gateway.call();
    passes(95_000);
    expect((await gateway.call()).status).toBe(200);
    expect(gateway.given).toEqual(['Bearer upstream-token-0', 'Bearer upstream-token-0']);
  });

  test('is renewed when the clock was set back, because nobody knows how old it is', async () => {
    const server = await tokenServer();
    const gateway = await gatewayFor(server);
    await gateway.call();
    passes(-86_400_000);
    await gateway.call();
    expect(gateway.given).toEqual(['Bearer upstream-token-0', 'Bearer upstream-token-1']);
  });

  test('is used while it lasts where it cannot be renewed', async () => {
    const server = await tokenServer(numbered({ expires_in: 100 }));
    const gateway = await gatewayFor(server);
    passes(0);
    await gateway.call();
    server.answer = refusing('temporarily_unavailable', 503);
    passes(90_000);
    expect((await gateway.call()).status).toBe(200);
    expect(server.seen).toHaveLength(2);
    passes(9_999);
    expect((await gateway.call()).status).toBe(200);
    expect(gateway.given).toEqual(Array(3).fill('Bearer upstream-token-0'));
    passes(1);
    await expectUnavailable(await gateway.call());
  });
});

describe('a token endpoint that fails', () => {
  test('is left alone, for longer each time up to 10 s, until it recovers', async () => {
    const server = await tokenServer(refusing('server_error', 500));
    const gateway = await gatewayFor(server);
    passes(0);
    for (const [i, seconds] of [1, 2, 4, 8, 10, 10].entries()) {
      const asked = await gateway.call();
      await expectUnavailable(asked);
      expect(asked.headers.get('retry-after')).toBe(String(seconds));
      passes(seconds * 1000 - 1);
      const spared = await gateway.call();
      await expectUnavailable(spared);
      expect(spared.headers.get('retry-after')).toBe('1');
      expect(server.seen).toHaveLength(i + 1);
      passes(1);
    }
    server.answer = numbered();
    expect((await gateway.call()).status).toBe(200);
    // Forgotten with the first success.
    server.answer = refusing('server_error', 500);
    passes(3_600_000);
    expect((await gateway.call()).headers.get('retry-after')).toBe('1');
  });

  test('is asked once by those who come together', async () => {
    const held: (() => void)[] = [];
    const fails = refusing('server_error', 500);
    const server = await tokenServer((request, res) => {
      held.push(() => fails(request, res));
    });
    const gateway = await gatewayFor(server);
    const calls = Array.from({ length: 3 }, () => gateway.call());
    await Promise.all([gateway.waiting(3), server.asked(1)]);
    held[0]?.();
    for (const answer of await Promise.all(calls)) await expectUnavailable(answer);
    expect(server.seen).toHaveLength(1);
    expect(gateway.given).toEqual([]);
  });
});

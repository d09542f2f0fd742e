import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import connect from 'connect';
import {
  clientCredentials,
  createMcpGateway,
  injectHeaders,
  mcpProxy,
  tokenExchange,
} from '../../src/index.ts';
import { passes } from '../support/fake-time.ts';
import { serve } from '../support/servers.ts';
import { accept, CLIENT, expectUnavailable, gatewayWith } from '../support/token-gateway.ts';
import {
  json,
  numbered,
  refusing,
  type TokenAnswer,
  tokenServer,
} from '../support/token-server.ts';
import { recordingUpstream } from '../support/upstream.ts';

/** An upstream that takes no token but those it is told to; the others get 401. */
class Upstream {
  readonly refused = new Set<string>();
  refusesAll = false;
  #held: (() => void)[] | undefined;
  #isFull: () => void = () => {};
  #expected = 0;

  readonly answer = (req: IncomingMessage, res: ServerResponse): void => {
    const { authorization = '' } = req.headers;
    const respond = () => {
      if (!this.refusesAll && !this.refused.has(authorization)) accept(req, res);
      else res.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end();
    };
    if (this.#held === undefined) {
      respond();
      return;
    }
    this.#held.push(respond);
    if (this.#held.length === this.#expected) this.#isFull();
  };

  /** Answers nothing until so many requests are there. */
  holds(requests: number): Promise<void> {
    this.#held = [];
    this.#expected = requests;
    return new Promise((resolve) => {
      this.#isFull = resolve;
    });
  }

  /** What answers those that were held; others are answered at once from now on. */
  takeHeld(): readonly (() => void)[] {
    const held = this.#held ?? [];
    this.#held = undefined;
    return held;
  }
}

const token = (n: number) => `Bearer upstream-token-${n}`;

async function withClientCredentials(answer: TokenAnswer = numbered()) {
  const server = await tokenServer(answer);
  const upstream = new Upstream();
  const value = clientCredentials({ tokenUrl: server.url, ...CLIENT });
  const gateway = await gatewayWith(value, upstream.answer);
  return { server, upstream, gateway };
}

async function expectRefused(answer: Response): Promise<void> {
  expect(answer.status).toBe(502);
  expect(answer.headers.has('www-authenticate')).toBe(false);
  expect(await answer.json()).toMatchObject({
    error: { data: { reason: 'upstream_unauthorized' } },
  });
}

describe('clientCredentials: a token that the upstream refuses', () => {
  test('is dropped, and the next request gets another', async () => {
    const { server, upstream, gateway } = await withClientCredentials();
    expect((await gateway.call()).status).toBe(200);
    upstream.refused.add(token(0));
    await expectRefused(await gateway.call());
    expect((await gateway.call()).status).toBe(200);
    expect((await gateway.call()).status).toBe(200);
    expect(gateway.given).toEqual([token(0), token(0), token(1), token(1)]);
    expect(server.seen).toHaveLength(2);
  });

  test('is kept where the upstream says 403, 407 or 503', async () => {
    for (const status of [403, 407, 503]) {
      const server = await tokenServer();
      const value = clientCredentials({ tokenUrl: server.url, ...CLIENT });
      const gateway = await gatewayWith(value, (_req, res) => res.writeHead(status).end());
      await gateway.call();
      await gateway.call();
      expect(gateway.given).toEqual([token(0), token(0)]);
    }
  });

  test('a burst of refusals drops one and gets one', async () => {
    const { server, upstream, gateway } = await withClientCredentials();
    await gateway.call();
    upstream.refused.add(token(0));
    const full = upstream.holds(8);
    const burst = Array.from({ length: 8 }, () => gateway.call());
    await full;
    for (const respond of upstream.takeHeld()) respond();
    for (const answer of await Promise.all(burst)) await expectRefused(answer);
    const after = await Promise.all(Array.from({ length: 8 }, () => gateway.call()));
    expect(after.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(gateway.given).toEqual([...Array(9).fill(token(0)), ...Array(8).fill(token(1))]);
    expect(server.seen).toHaveLength(2);
  });

  test('a refusal of an older token that comes late drops nothing', async () => {
    const { server, upstream, gateway } = await withClientCredentials();
    await gateway.call();
    upstream.refused.add(token(0));
    const full = upstream.holds(1);
    const late = gateway.call();
    await full;
    const held = upstream.takeHeld();
    // The one that was held expires meanwhile.
    passes(3_600_000);
    expect((await gateway.call()).status).toBe(200);
    for (const respond of held) respond();
    await expectRefused(await late);
    expect((await gateway.call()).status).toBe(200);
    expect(gateway.given).toEqual([token(0), token(0), token(1), token(1)]);
    expect(server.seen).toHaveLength(2);
  });

  test('an upstream that refuses all gets another once in 5 s, and the last one until then', async () => {
    const { server, upstream, gateway } = await withClientCredentials();
    upstream.refusesAll = true;
    passes(0);
    await expectRefused(await gateway.call());
    for (let i = 0; i < 5; i += 1) await expectRefused(await gateway.call());
    expect(gateway.given).toEqual([token(0), ...Array(5).fill(token(1))]);
    passes(4_999);
    await expectRefused(await gateway.call());
    expect(server.seen).toHaveLength(2);
    passes(1);
    await expectRefused(await gateway.call());
    await expectRefused(await gateway.call());
    expect(server.seen).toHaveLength(3);
    expect(gateway.given.slice(-3)).toEqual([token(1), token(2), token(2)]);
    upstream.refusesAll = false;
    expect((await gateway.call()).status).toBe(200);
    expect(server.seen).toHaveLength(3);
  });

  test('one that the server gives again counts as another', async () => {
    const same: TokenAnswer = (_request, res) =>
      json(res, 200, { access_token: 'same', token_type: 'Bearer', expires_in: 3600 });
    const { server, upstream, gateway } = await withClientCredentials(same);
    upstream.refusesAll = true;
    passes(0);
    for (let i = 0; i < 4; i += 1) await expectRefused(await gateway.call());
    expect(server.seen).toHaveLength(2);
    passes(5_000);
    server.answer = numbered();
    upstream.refusesAll = false;
    expect((await gateway.call()).status).toBe(200);
    expect(gateway.given.at(-1)).toBe(token(2));
  });

  test('where no other is to be had, those who wait get 503, the others the old one', async () => {
    const { server, upstream, gateway } = await withClientCredentials();
    passes(0);
    await gateway.call();
    upstream.refused.add(token(0));
    await expectRefused(await gateway.call());
    server.answer = refusing('server_error', 500);
    await expectUnavailable(await gateway.call());
    await expectRefused(await gateway.call());
    server.answer = numbered();
    passes(5_000);
    expect((await gateway.call()).status).toBe(200);
  });

  test('the clock may be set back meanwhile', async () => {
    const { upstream, gateway } = await withClientCredentials();
    await gateway.call();
    upstream.refusesAll = true;
    await gateway.call();
    await gateway.call();
    passes(-3_600_000);
    upstream.refusesAll = false;
    upstream.refused.add(token(1));
    expect((await gateway.call()).status).toBe(200);
  });
});

describe('tokenExchange: a token that the upstream refuses', () => {
  const numberedFor: TokenAnswer = ({ fields, number }, res) =>
    json(res, 200, {
      access_token: `${fields.get('subject_token')}-${number}`,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 3600,
    });

  test("is dropped, and nobody else's", async () => {
    const server = await tokenServer(numberedFor);
    const upstream = new Upstream();
    const value = tokenExchange({ tokenUrl: server.url, ...CLIENT });
    const gateway = await gatewayWith(value, upstream.answer);
    await gateway.call('ada');
    await gateway.call('bob');
    upstream.refused.add('Bearer ada-0');
    await expectRefused(await gateway.call('ada'));
    expect((await gateway.call('bob')).status).toBe(200);
    expect((await gateway.call('ada')).status).toBe(200);
    upstream.refused.add('Bearer ada-2').add('Bearer bob-1');
    await expectRefused(await gateway.call('ada'));
    await expectRefused(await gateway.call('ada'));
    await expectRefused(await gateway.call('bob'));
    expect((await gateway.call('bob')).status).toBe(200);
    expect(gateway.given).toEqual(
      ['ada-0', 'bob-1', 'ada-0', 'bob-1', 'ada-2', 'ada-2', 'ada-2', 'bob-1', 'bob-3'].map(
        (value) => `Bearer ${value}`,
      ),
    );
  });
});

describe("a function of one's own in headers.set", () => {
  test('is told of a 401, with the value and the request', async () => {
    const upstream = new Upstream();
    upstream.refused.add('Bearer 1');
    let current = 1;
    const told: unknown[] = [];
    const own = Object.assign(async () => `Bearer ${current}`, {
      onUpstreamUnauthorized(value: string, { headers }: { headers: object }) {
        told.push([value, Reflect.get(headers, 'x-caller')]);
        current += 1;
      },
    });
    const gateway = await gatewayWith(own, upstream.answer);
    await expectRefused(await gateway.call('ada'));
    expect(told).toEqual([['Bearer 1', 'ada']]);
    expect((await gateway.call('ada')).status).toBe(200);
    expect(told).toHaveLength(1);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
    ],
    ['rejects', () => Promise.reject(new Error('mine'))],
    ['rejects with nothing', () => Promise.reject()],
  ])('one that %s changes nothing, and is reported', async (_, onUpstreamUnauthorized) => {
    const upstream = new Upstream();
    upstream.refusesAll = true;
    const own = Object.assign(() => 'Bearer 1', { onUpstreamUnauthorized });
    const gateway = await gatewayWith(own, upstream.answer);
    await expectRefused(await gateway.call());
    const reasons = new Set(gateway.errors.map(({ reason }) => reason));
    expect(reasons).toEqual(new Set(['internal_error', 'upstream_unauthorized']));
  });

  test('is told of it where injectHeaders stands in front of mcpProxy, if its value was sent', async () => {
    const upstream = await recordingUpstream((_req, res) => res.writeHead(401).end());
    const told: string[] = [];
    const rule = (value: string) => ({
      set: {
        Authorization: Object.assign(() => value, {
          onUpstreamUnauthorized: (refused: string) => void told.push(refused),
        }),
      },
    });
    const app = connect();
    app.use(injectHeaders(rule('Bearer first')));
    app.use(injectHeaders(rule('Bearer second')));
    app.use(mcpProxy({ target: upstream.target }));
    const { port } = await serve(app);
    await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', body: '{}' });
    expect(told).toEqual(['Bearer second']);
  });

  test('something else than a function is a config error', () => {
    const own = Object.assign(() => 'a', { onUpstreamUnauthorized: 'retry' });
    expect(() =>
      createMcpGateway({
        target: 'http://127.0.0.1:1/mcp',
        headers: { set: { Authorization: own as never } },
      }),
    ).toThrow('headers.set.Authorization.onUpstreamUnauthorized');
  });
});

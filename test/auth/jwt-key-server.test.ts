import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { Clock, fresh, gate, outcomeOf, until } from '../support/jwt/gate.ts';
import { type Answer, json, keyServer, signingKey } from '../support/jwt/issuer.ts';
import { atTestEnd } from '../support/servers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const key = await signingKey('key-1');
const next = await signingKey('key-2');

const faults: [string, Answer][] = [
  ['is down', (req) => req.socket.destroy()],
  ['answers 500', (_req, res) => res.writeHead(500).end('{"keys":[]}')],
  [
    'answers 404 with keys',
    (_req, res) => res.writeHead(404).end(JSON.stringify({ keys: [next.jwk] })),
  ],
  ['answers garbage', (_req, res) => res.end('<html>')],
  ['answers JSON that is no key set', json(null)],
  ['answers a list', json([next.jwk])],
  ['answers keys that are no list', json({ keys: { 0: next.jwk } })],
  ['answers no keys', json({ keys: [] })],
  ['answers no public keys', json({ keys: [{ kty: 'oct', k: 'AAAA' }, null, 'key'] })],
  ['answers more keys than any issuer has', json({ keys: Array(101).fill(next.jwk) })],
  ['answers 5 MB', json({ pad: 'x'.repeat(5 * 2 ** 20), keys: [next.jwk] })],
  [
    'answers 5 MB that were squeezed into a few kilobytes',
    (_req, res) => {
      const document = JSON.stringify({ pad: 'x'.repeat(5 * 2 ** 20), keys: [next.jwk] });
      res.setHeader('Content-Encoding', 'gzip').end(gzipSync(document));
    },
  ],
  [
    'answers without end',
    (_req, res) => {
      const more = () => {
        while (res.write('x'.repeat(65_536)));
      };
      res.on('drain', more);
      more();
    },
  ],
  [
    'breaks off',
    (_req, res) => {
      res.writeHead(200, { 'Content-Length': 1000 }).write('{"keys":[');
      setImmediate(() => res.destroy());
    },
  ],
];

describe('a key server that fails', () => {
  test.each(faults)(
    '%s: the keys it gave are used, those it gives now are not',
    async (_what, answer) => {
      const keys = await keyServer(key);
      const own = await gate(keys);
      const tokens = fresh(own, key);
      expect(await outcomeOf(own, (await tokens.next()).value)).toBe('accepted');
      keys.answer = answer;
      own.clock.pass(11 * MINUTE);
      expect(await outcomeOf(own, (await tokens.next()).value)).toBe('accepted');
      await until(() => keys.requests.length === 2);
      own.clock.pass(11 * MINUTE);
      expect(await outcomeOf(own, (await tokens.next()).value)).toBe('accepted');
      expect(await outcomeOf(own, await own.good(next))).toBe('refused');
    },
  );

  test.each(faults)('%s: without any keys, nobody can tell', async (_what, answer) => {
    const keys = await keyServer();
    keys.answer = answer;
    const own = await gate(keys);
    const found = await own.present(await own.good(key));
    expect(found).toMatchObject({
      outcome: 'unavailable',
      cause: { name: 'KeysUnavailable', cause: expect.anything() },
    });
  });

  test('redirects: they lead nowhere', async () => {
    const elsewhere = await keyServer(key);
    const keys = await keyServer();
    keys.answer = (_req, res) => res.writeHead(302, { Location: elsewhere.jwksUri }).end();
    const own = await gate(keys);
    expect(await outcomeOf(own, await own.good(key))).toBe('unavailable');
    expect(elsewhere.requests).toEqual([]);
  });

  test.each<[string, Answer]>([
    ['says nothing', () => {}],
    [
      'says one byte now and then',
      (_req, res) => {
        res.writeHead(200);
        const timer = setInterval(() => res.write(' '), 20);
        atTestEnd(() => clearInterval(timer));
      },
    ],
  ])('%s: given up after a while', async (_what, answer) => {
    const keys = await keyServer();
    keys.answer = answer;
    const own = await gate(keys, {}, new Clock(150));
    const found = await own.present(await own.good(key));
    expect(found).toMatchObject({
      outcome: 'unavailable',
      cause: { cause: { message: `The key server of ${keys.issuer} did not answer in time` } },
    });
  });

  test('keys are used for a day, and no longer', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    const tokens = fresh(own, key);
    const first = (await tokens.next()).value;
    expect(await outcomeOf(own, first)).toBe('accepted');
    keys.goDown();
    own.clock.pass(24 * HOUR - 1);
    expect(await outcomeOf(own, (await tokens.next()).value)).toBe('accepted');
    own.clock.pass(1);
    expect(await outcomeOf(own, (await tokens.next()).value)).toBe('unavailable');
    // Nor does having been good before help.
    expect(await outcomeOf(own, first)).toBe('unavailable');
    keys.publish(key);
    own.clock.pass(30_000);
    expect(await outcomeOf(own, first)).toBe('accepted');
  });

  test('back-off: asked again after 1 s, then 2, ... 30; answers come at once meanwhile', async () => {
    const keys = await keyServer();
    keys.goDown();
    const own = await gate(keys);
    const token = await own.good(key);
    const waits: number[] = [];
    for (let n = 1; n <= 8; n += 1) {
      let waited = 0;
      for (; keys.requests.length < n; waited += 500) {
        own.clock.pass(500);
        expect(await outcomeOf(own, token)).toBe('unavailable');
      }
      waits.push(waited / 1000);
    }
    // The first may be asked at once.
    expect(waits.slice(1)).toEqual([1, 2, 4, 8, 16, 30, 30]);
    keys.publish(key);
    own.clock.pass(30_000);
    expect(await outcomeOf(own, token)).toBe('accepted');
  });
});

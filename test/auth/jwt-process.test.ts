import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { forkModule } from '../support/fork-module.ts';
import { keyServer, sign, signingKey } from '../support/jwt/issuer.ts';
import { atTestEnd } from '../support/servers.ts';

test('a key server that goes down ends no process, and keeps none from ending', async () => {
  const key = await signingKey('key-1');
  const keys = await keyServer(key);
  const { answer } = keys;
  keys.answer = (req, res) => {
    answer(req, res);
    keys.goDown();
  };
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const token = await sign(key, { iss: keys.issuer, aud: 'test', sub: 'alice', exp });

  const script = new URL('./support/outage.ts', import.meta.url);
  const child = forkModule(script, [keys.jwksUri, keys.issuer, token], {
    silent: true,
  });
  atTestEnd(() => void child.kill());
  child.disconnect();
  const [out, err, [code]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    once(child, 'exit'),
  ]);
  expect(out.trim().split('\n')).toEqual(Array(4).fill('accepted'));
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(keys.requests.length).toBeGreaterThan(1);
});

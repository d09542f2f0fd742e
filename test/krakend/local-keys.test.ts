import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { sign, signingKey } from '../support/jwt/issuer.ts';
import { EXTRA, pathOf } from './support/base.ts';
import { outcomeOf } from './support/outcome.ts';
import { changed, runningWith } from './support/running.ts';

const AT = [...EXTRA, 'auth/validator'];
const folder = mkdtempSync(join(tmpdir(), 'krakend-keys-'));

function validatorWith(keys: unknown) {
  const file = join(folder, `${Math.random()}.json`);
  writeFileSync(file, typeof keys === 'string' ? keys : JSON.stringify(keys));
  return {
    alg: 'ES256',
    jwk_local_path: file,
    disable_jwk_security: true,
    issuer: 'iss',
    audience: ['mcp'],
  };
}

test('tokens are verified with the keys of a file', async () => {
  const [key, other] = [await signingKey('k1'), await signingKey('k1')];
  const { statuses, upstream } = await runningWith([[AT, validatorWith({ keys: [key.jwk] })]]);
  const claims = { iss: 'iss', aud: 'mcp', sub: 'ada', exp: Math.floor(Date.now() / 1000) + 600 };
  const by = async (own: typeof key, more: object = {}) => ({
    headers: { authorization: `Bearer ${await sign(own, { ...claims, ...more })}` },
  });
  expect(
    await statuses([await by(key), await by(other), await by(key, { iss: 'other' }), {}]),
  ).toEqual([200, 401, 401, 401]);
  expect(upstream.seen).toHaveLength(1);
});

test.each<[what: string, keys: unknown]>([
  ['that is no JSON', 'keys: []'],
  ['that is no set of keys', { key: 1 }],
])('a file %s is refused', (_what, keys) => {
  const { problems } = outcomeOf(changed([[AT, validatorWith(keys)]]));
  expect(problems.map(({ path }) => path).join()).toContain(pathOf(AT));
});

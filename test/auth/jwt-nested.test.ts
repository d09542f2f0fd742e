import { expect, test } from '@jest/globals';
import { gate, outcomeOf } from '../support/jwt/gate.ts';
import { keyServer, signingKey } from '../support/jwt/issuer.ts';

const key = await signingKey('key-1');

/** So deep that nothing can be written of it, and short enough for a token. */
const DEEP = `${'['.repeat(4900)}${']'.repeat(4900)}`;
const base64 = (text: string) => Buffer.from(text).toString('base64url');
const SIGNATURE = base64('x'.repeat(64));

/** With `claims` the subject may be in any claim, so that `sub` may be anything. */
test.each<[string, string, string]>([
  ['kid', DEEP, '"alice"'],
  ['sub', '"key-2"', DEEP],
])('a made-up token with a %s that is nested deeply is refused', async (_what, kid, sub) => {
  const keys = await keyServer(key);
  const own = await gate(keys, { claims: ({ oid }) => ({ subject: oid }) });
  const claims = `{"iss":"${keys.issuer}","aud":"https://gateway.example/mcp","exp":${own.clock.in(60)},"sub":${sub}}`;
  const token = `${base64(`{"alg":"ES256","kid":${kid}}`)}.${base64(claims)}.${SIGNATURE}`;
  expect(await outcomeOf(own, token)).toBe('refused');
});

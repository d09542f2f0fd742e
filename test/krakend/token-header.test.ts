import { expect, test } from '@jest/globals';
import { EXTRA } from './support/base.ts';
import { runningWith, tokenIssuer } from './support/running.ts';

test('a token is taken from the header that the document names, and from no other', async () => {
  const { validator, bearer } = await tokenIssuer({ auth_header_name: 'X-Token' });
  const { ask, upstream, statuses } = await runningWith([
    [[...EXTRA, 'auth/validator'], validator],
  ]);
  const own = await bearer();
  const bare = own.replace('Bearer ', '');
  const of = (...values: string[]) => ({ headers: { 'X-Token': values } });
  expect(await statuses([of(own), of(bare), of(`bearer ${bare}`)])).toEqual([200, 200, 200]);
  expect(
    await statuses([
      {},
      { headers: { authorization: own } },
      of(''),
      of(`Basic ${bare}`),
      of(`${bare}x`),
      of(bare, bare),
      of(`${bare}, ${bare}`),
      { headers: { x_token: bare } },
    ]),
  ).toEqual([401, 401, 401, 401, 401, 401, 401, 401]);
  for (const { headers } of upstream.seen) expect(Object.keys(headers)).not.toContain('x-token');
  expect((await ask({})).headers['www-authenticate']).toMatch(/^ApiKey /);
});

test('a document that names Authorization takes it as usual', async () => {
  const { validator, bearer } = await tokenIssuer({ auth_header_name: 'authorization' });
  const { statuses } = await runningWith([[[...EXTRA, 'auth/validator'], validator]]);
  const own = await bearer();
  expect(
    await statuses([
      { headers: { authorization: own } },
      { headers: { authorization: own.replace('Bearer ', '') } },
    ]),
  ).toEqual([200, 401]);
});

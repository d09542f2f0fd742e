import { describe, expect, test } from '@jest/globals';
import { ENDPOINT, EXTRA } from './support/base.ts';
import { runningWith, tokenIssuer } from './support/running.ts';

const ROUTER = [...EXTRA, 'qos/ratelimit/router'];

describe('a limit by a header', () => {
  test('that holds a claim goes by the claim, whatever a client writes there', async () => {
    const { validator, bearer } = await tokenIssuer({ propagate_claims: [['sub', 'X-User']] });
    const { statuses } = await runningWith([
      [[...ENDPOINT, 'input_headers'], ['X-User']],
      [[...EXTRA, 'auth/validator'], validator],
      [
        ROUTER,
        { client_max_rate: 1, client_capacity: 1, every: '1h', strategy: 'header', key: 'x-user' },
      ],
    ]);
    const as = async (sub: string, own: string) => ({
      headers: { authorization: await bearer({ sub }), 'X-User': own },
    });
    expect(
      await statuses([
        await as('ada', 'one'),
        await as('ada', 'two'),
        await as('bob', 'one'),
        await as('bob', 'three'),
      ]),
    ).toEqual([200, 429, 200, 429]);
  });
});

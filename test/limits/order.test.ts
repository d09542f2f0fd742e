import { expect, test } from '@jest/globals';
import { call } from '../support/messages.ts';
import { witness } from '../support/witness.ts';
import { byHeader, limited } from './support/limited.ts';

test('a request meets the slots in the order of the contract, cheap and anonymous ones first', async () => {
  const observe = witness();
  const { send } = await limited(
    [
      { limit: 9, window: '1h', by: 'tool' },
      { limit: 9, window: '1h' },
    ],
    {
      cors: { origin: 'https://app.example' },
      hosts: ['gateway.example'],
      ipFilter: { deny: ['192.0.2.1'] },
      auth: byHeader,
      streams: { total: 1 },
      policies: () => true,
      use: (_req, _res, next) => next(),
      headers: {},
      observe,
    },
  );
  expect((await send(call('t'))).status).toBe(200);
  expect((await observe.record()).slot).toBe('relay');
  expect(observe.decisions).toEqual(
    [
      ...['cors', 'head', 'draining', 'hosts', 'methods', 'ipFilter', 'rateLimit', 'auth'],
      ...['sessions', 'streams', 'bodyLimit', 'message', 'userLimit', 'policies', 'use', 'headers'],
    ].map((slot) => `${slot}: allow`),
  );
});

test('a slot that is off is not there: of limits by address alone, none behind the message', async () => {
  const observe = witness();
  const { send } = await limited({ limit: 9, window: '1h' }, { observe });
  await send(call('t'));
  await observe.record();
  expect(observe.decisions).toEqual(
    ['cors', 'head', 'draining', 'methods', 'rateLimit', 'bodyLimit'].map(
      (slot) => `${slot}: allow`,
    ),
  );
});

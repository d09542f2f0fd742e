import type { LookupAddress } from 'node:dns';
import { expect, test } from '@jest/globals';
import { Names } from '../../src/dns/names.ts';

const ONE: LookupAddress = { address: '192.0.2.1', family: 4 };
const TWO: LookupAddress = { address: '2001:db8::2', family: 6 };

type Answer = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

function fakes() {
  const own = { now: 0, asked: [] as string[], answers: [] as Answer[] };
  const names = new Names({
    lookup: (hostname, _options, answer) => {
      own.asked.push(hostname);
      own.answers.push(answer);
    },
    probe: async () => true,
    slots: 2,
    now: () => own.now,
  });
  const find = (name = 'a.test', all = true) =>
    new Promise<unknown>((resolve) => {
      names.lookup(name, { all }, (error, found) => resolve(error?.code ?? found));
    });
  const answer = (error: string | null, ...addresses: LookupAddress[]) => {
    own.answers.shift()?.(
      error === null ? null : Object.assign(new Error(), { code: error }),
      addresses,
    );
  };
  return { own, names, find, answer };
}

test('all who wait share one look-up, and its answer is used for 5 s', async () => {
  const { own, find, answer } = fakes();
  const found = [find(), find(), find('a.test', false)];
  answer(null, ONE, TWO);
  expect(await Promise.all(found)).toEqual([[ONE, TWO], [ONE, TWO], ONE.address]);
  own.now = 4999;
  expect(await find()).toEqual([ONE, TWO]);
  expect(own.asked).toEqual(['a.test']);
  own.now = 5000;
  const renewed = find();
  answer(null, TWO);
  expect(await renewed).toEqual([TWO]);
});

test('an older answer is used while a new one does not come, for an hour', async () => {
  const { own, find, answer } = fakes();
  const first = find();
  answer(null, ONE);
  await first;
  own.now = 10_000;
  const hanging = find();
  expect(await hanging).toEqual([ONE]);
  own.now = 11_000;
  expect(await find()).toEqual([ONE]);
  expect(own.asked).toHaveLength(2);
  answer('ENOTFOUND');
  expect(await find()).toEqual([ONE]);
  own.now = 2 * 3_600_000;
  const last = find();
  answer('EAI_AGAIN');
  expect(await last).toBe('EAI_AGAIN');
});

test('a failure is told for a second, and an answer without addresses is one', async () => {
  const { own, find, answer } = fakes();
  const first = find();
  answer(null);
  expect(await first).toBe('ENOTFOUND');
  own.now = 999;
  expect(await find()).toBe('ENOTFOUND');
  own.now = 1000;
  const second = find();
  answer(null, ONE);
  expect(await second).toEqual([ONE]);
  expect(own.asked).toHaveLength(2);
});

test('localhost and names below it need no answer', async () => {
  const { find, answer } = fakes();
  const found = find('App.localhost.');
  answer('ENOTFOUND');
  expect(await found).toEqual([
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
});

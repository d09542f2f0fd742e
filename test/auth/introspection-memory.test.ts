import { expect, test } from '@jest/globals';
import { AnswerMemory } from '../../src/slots/auth/introspection/answer-memory.ts';
import { IntrospectionFailure } from '../../src/slots/auth/introspection/introspection-failure.ts';

const MOST = 10_000;
const good = { principal: { subject: 'alice' }, endsAt: Number.POSITIVE_INFINITY };
const failed = new IntrospectionFailure('no answer', 'token');

test('tokens that are none, however many, do not drive out one that is good', () => {
  const memory = new AnswerMemory(60_000);
  memory.add('good', good, 0);
  for (let n = 0; n <= MOST; n += 1) memory.add(`none-${n}`, n % 2 === 0 ? 'refused' : failed, 0);
  expect(memory.get('good', 1)).toBe(good);
  expect(memory.get('none-0', 1)).toBe(undefined);
  expect(memory.get(`none-${MOST}`, 1)).toBe('refused');
});

test('of the good ones, ten thousand are remembered', () => {
  const memory = new AnswerMemory(60_000);
  for (let n = 0; n <= MOST; n += 1) memory.add(`good-${n}`, good, 0);
  expect(memory.get('good-0', 1)).toBe(undefined);
  expect(memory.get('good-1', 1)).toBe(good);
});

test('a token that turns out to be good is no longer refused', () => {
  const memory = new AnswerMemory(60_000);
  memory.add('a', 'refused', 0);
  memory.add('a', good, 1);
  expect(memory.get('a', 2)).toBe(good);
  memory.forget('a');
  expect(memory.get('a', 3)).toBe(undefined);
});

test('nothing is remembered where the cache is off', () => {
  const memory = new AnswerMemory(0);
  for (const verdict of [good, 'refused', failed]) {
    memory.add('a', verdict, 0);
    expect(memory.get('a', 0)).toBe(undefined);
  }
});

import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { fromKrakend } from '../../src/exports/krakend.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { SERVICE, withValue } from './support/base.ts';
import {
  answeringWith,
  documentWith,
  group,
  RESPONSE,
  relayed,
  set,
  setInAnswer,
} from './support/martian.ts';
import { outcomeOf } from './support/outcome.ts';
import { CALL, send } from './support/start.ts';

const when = (name: string, value: string, modifier: object, more: object = {}) => ({
  'header.Filter': { ...RESPONSE, name, value, modifier, ...more },
});
const append = (name: string, value: string) => ({ 'header.Append': { ...RESPONSE, name, value } });
const copy = (from: string, to: string) => ({ 'header.Copy': { ...RESPONSE, from, to } });
const blacklist = (...names: string[]) => ({ 'header.Blacklist': { ...RESPONSE, names } });

describe('an answer', () => {
  test.each<
    [
      what: string,
      modifier: object,
      upstream: Record<string, string | string[]>,
      expected: Record<string, unknown>,
    ]
  >([
    ['gets a line more', append('X-U', 'own'), { 'X-U': 'theirs' }, { 'x-u': 'theirs, own' }],
    ['gets a first line', append('X-U', 'own'), {}, { 'x-u': 'own' }],
    ['gets a copy', copy('X-U', 'X-V'), { 'X-U': ['1', '2'] }, { 'x-u': '1, 2', 'x-v': '1' }],
    ['gets no copy of nothing', copy('X-U', 'X-V'), { 'X-V': 'theirs' }, { 'x-v': undefined }],
    [
      'gets a header by one of its own',
      when('X-U', '1', setInAnswer('X-V', 'then')),
      { 'X-U': '1' },
      { 'x-v': 'then' },
    ],
    [
      'gets none where the condition does not hold',
      when('X-U', '1', setInAnswer('X-V', 'then')),
      { 'X-U': '2', 'X-V': 'theirs' },
      { 'x-v': 'theirs' },
    ],
    [
      'gets what else says',
      when('X-U', '1', setInAnswer('X-V', 'then'), { else: setInAnswer('X-V', 'else') }),
      {},
      { 'x-v': 'else' },
    ],
    [
      'loses a header by another one',
      when('X-U', '1', blacklist('X-V')),
      { 'X-U': '1', 'X-V': 'theirs' },
      { 'x-v': undefined },
    ],
    [
      'is changed in the order of the group',
      group(setInAnswer('X-V', '1'), when('X-V', '1', setInAnswer('X-V', '2')), copy('X-V', 'X-W')),
      {},
      { 'x-v': '2', 'x-w': '2' },
    ],
    [
      'is asked for a cookie that it sets',
      {
        'cookie.Filter': {
          ...RESPONSE,
          name: 'a',
          value: '1',
          modifier: setInAnswer('X-V', 'then'),
        },
      },
      { 'Set-Cookie': ['b=2', 'a=1; Path=/'] },
      { 'x-v': 'then' },
    ],
    [
      'gives no copy of what does not come back',
      copy('Set-Cookie', 'X-V'),
      { 'Set-Cookie': 'a=1' },
      { 'x-v': undefined, 'set-cookie': undefined },
    ],
  ])('%s', async (_what, modifier, upstream, expected) => {
    const { answer } = await relayed(modifier, {}, answeringWith(upstream));
    for (const [name, value] of Object.entries(expected))
      expect([name, answer.headers[name]]).toEqual([name, value]);
  });

  test('is asked by a pattern about the header that went upstream', async () => {
    const modifier = group(set('X-A', 'made here'), {
      'header.RegexFilter': {
        ...RESPONSE,
        header: 'X-A',
        regex: 'here$',
        modifier: setInAnswer('X-V', 'then'),
      },
    });
    const { answer } = await relayed(modifier, {}, answeringWith({ 'X-A': 'of the answer' }));
    expect(answer.headers['x-v']).toBe('then');
    const { warnings } = outcomeOf(documentWith(modifier));
    expect(warnings.map(({ message }) => message).join()).toMatch(/it is about X-A of the request/);
  });

  test('never has a copy of a secret in it', async () => {
    const secret = 'a-secret-of-the-gateway';
    const modifier = group(set('X-Api-Key', secret), copy('X-Echo', 'X-V'));
    const { answer, headers } = await relayed(modifier, {}, answeringWith({ 'X-Echo': secret }));
    expect(headers?.['x-api-key']).toBe(secret);
    expect(answer.headers).not.toHaveProperty('x-v');
  });

  test('that cannot be judged in time does not come back', async () => {
    const modifier = {
      'header.RegexFilter': {
        ...RESPONSE,
        header: 'X-A',
        regex: '((a|b){0,90}c){0,10}d',
        modifier: blacklist('X-Internal'),
      },
    };
    const { answer } = await relayed(
      modifier,
      { headers: { 'x-a': 'a'.repeat(8000) }, status: 500 },
      answeringWith({ 'X-Internal': 'theirs' }),
    );
    expect(answer.headers).not.toHaveProperty('x-internal');
  });

  test('has what the service says of all answers, whatever a backend makes of them', async () => {
    const modifier = group(
      when('X-U', '1', blacklist('X-Frame-Options')),
      copy('X-U', 'X-Frame-Options'),
    );
    const { answer } = await relayed(modifier, {}, answeringWith({ 'X-U': '1' }), (document) =>
      withValue(document, [...SERVICE, 'security/http'], { frame_deny: true }),
    );
    expect(answer.headers['x-frame-options']).toBe('DENY');
  });
});

describe('a cookie for clients', () => {
  const cookie = (more: object) => ({ 'cookie.Modifier': { ...RESPONSE, name: 'a', ...more } });

  test.each<[values: object, line: string]>([
    [{ value: '1' }, 'a=1'],
    [{}, 'a='],
    [{ value: 'x y' }, 'a="x y"'],
    [
      {
        value: '1',
        path: '/mcp',
        domain: '.own.example',
        expires: '2030-01-31T12:00:00Z',
        maxAge: 60,
        httpOnly: true,
        secure: true,
      },
      'a=1; Path=/mcp; Domain=own.example; Expires=Thu, 31 Jan 2030 12:00:00 GMT; Max-Age=60; HttpOnly; Secure',
    ],
    [{ maxAge: -1 }, 'a=; Max-Age=0'],
  ])('%j is %s', async (values, line) => {
    const { answer, headers } = await relayed(cookie(values));
    expect(answer.headers['set-cookie']).toEqual([line]);
    expect(headers).not.toHaveProperty('cookie');
  });

  test('is one more, and those of the app stay', async () => {
    const upstream = await recordingUpstream();
    const modifier = group(cookie({ value: '1' }), cookie({ name: 'b', value: '2' }));
    const { router } = fromKrakend(documentWith(modifier, `http://${upstream.host}`));
    const app = express().use((_req, res, next) => {
      res.setHeader('Set-Cookie', 'app=1');
      next();
    }, router);
    const { port } = await serve(app);
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const answer = await send(port, { path: '/mcp', headers, body: CALL });
    expect(answer.headers['set-cookie']).toEqual(['app=1', 'a=1', 'b=2']);
  });

  test.each<[key: string, value: unknown, message: RegExp]>([
    ['name', 'a b', /name of the cookie/],
    ['value', 'a;b', /leaves some/],
    ['path', '/;x', /leaves some/],
    ['domain', 'a b', /leaves such a domain out/],
    ['expires', 'tomorrow', /2030-01-31T12:00:00Z/],
    ['maxAge', '5', /without quotes/],
    ['httponly', true, /write httpOnly/],
  ])('with %s %j is refused', (key, value, message) => {
    const { problems } = outcomeOf(documentWith(cookie({ value: '1', [key]: value })));
    const [problem] = problems;
    expect(problem?.path).toMatch(new RegExp(`${key}$`));
    expect(problem?.message).toMatch(message);
  });
});

describe('what is about cookies of answers says that those of the backend do not come back', () => {
  const warned = (modifier: object) =>
    outcomeOf(documentWith(modifier)).warnings.filter(({ message }) =>
      message.includes('cookies of the backend'),
    );

  test.each<[what: string, modifier: object]>([
    ['a cookie', { 'cookie.Modifier': { ...RESPONSE, name: 'a', value: '1' } }],
    ['a copy', copy('Set-Cookie', 'X-V')],
    ['a line', append('set-cookie', 'a=1')],
  ])('%s', (_what, modifier) => expect(warned(modifier)).toHaveLength(1));

  test('and what takes them away does not', () => {
    expect(warned(blacklist('Set-Cookie'))).toEqual([]);
    expect(warned(copy('X-U', 'X-V'))).toEqual([]);
  });
});

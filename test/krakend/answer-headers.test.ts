import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { fromKrakend } from '../../src/exports/krakend.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { BACKEND_EXTRA, pathOf, SERVICE } from './support/base.ts';
import { outcomeOf, said } from './support/outcome.ts';
import { type Change, changed, runningWith } from './support/running.ts';
import { CALL, send, start } from './support/start.ts';

const HEADERS = [...SERVICE, 'modifier/response-headers'];

async function answered(changes: readonly Change[], headers: Record<string, string | string[]>) {
  const upstream = await recordingUpstream((_req, res) => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    res.setHeader('content-type', 'application/json').end('{"jsonrpc":"2.0","id":2,"result":{}}');
  });
  const { ask } = await start(changed(changes, `http://${upstream.host}`));
  return ask({});
}

test('a header of an answer gets another name, in place of one that has it', async () => {
  const { headers, status } = await answered(
    [[HEADERS, { rename: { 'x-old': 'X-New', 'X-None': 'X-Kept' } }]],
    { 'X-Old': ['one', 'two'], 'X-New': 'before', 'X-Kept': 'kept', 'X-Other': 'other' },
  );
  expect(status).toBe(200);
  expect(headers).toMatchObject({ 'x-new': 'one, two', 'x-kept': 'kept', 'x-other': 'other' });
  expect(headers).not.toHaveProperty('x-old');
  expect(headers).not.toHaveProperty('x-none');
});

test('what does not come back does not come back under another name', async () => {
  const rename: Change = [HEADERS, { rename: { 'Set-Cookie': 'X-Cookie' } }];
  const { headers } = await answered([rename], { 'Set-Cookie': 'a=b' });
  const { warnings } = outcomeOf(changed([rename]));
  expect(said(warnings, pathOf([...HEADERS, 'rename', 'Set-Cookie']))).toMatch(/do not come back/);
  expect(headers).not.toHaveProperty('x-cookie');
  expect(headers).not.toHaveProperty('set-cookie');
});

test('Strict-Transport-Security is on every answer only where it is forced', async () => {
  const http = { sts_seconds: 300, allowed_hosts: ['a.example'] };
  for (const [forced, expected] of [
    [true, 'max-age=300'],
    [false, undefined],
  ] as const) {
    const { ask } = await runningWith([
      [[...SERVICE, 'security/http'], { ...http, force_sts_header: forced }],
    ]);
    for (const host of ['a.example', 'b.example']) {
      const { headers } = await ask({ headers: { host } });
      expect(headers['strict-transport-security']).toBe(expected);
    }
  }
});

describe('a header that is added', () => {
  const add = {
    'X-Hello': ['World', 'again'],
    'Set-Cookie': ['own=1'],
    'X-Frame-Options': ['DENY'],
  };
  const shown = ({ headers }: Awaited<ReturnType<typeof answered>>) => [
    headers['x-hello'],
    headers['set-cookie'],
    headers['x-frame-options'],
  ];

  test('comes after what the upstream sends under that name', async () => {
    const there = { 'X-Hello': ['a', 'b'], 'X-Frame-Options': 'SAMEORIGIN' };
    expect(shown(await answered([[HEADERS, { add }]], there))).toEqual([
      'a, b, World, again',
      ['own=1'],
      'SAMEORIGIN, DENY',
    ]);
  });

  test('comes once where the upstream sends none, and on refusals', async () => {
    const closed: Change = [[...SERVICE, 'security/http'], { allowed_hosts: ['a.example'] }];
    for (const changes of [[], [closed]]) {
      const answer = await answered([[HEADERS, { add }], ...changes], {});
      expect(answer.status).toBe(changes.length === 0 ? 200 : 403);
      expect(shown(answer)).toEqual(['World, again', ['own=1'], 'DENY']);
    }
  });

  test('comes after what a modifier of the backend sets', async () => {
    const modifier = {
      'header.Append': { scope: ['response'], name: 'X-Hello', value: 'backend' },
    };
    const answer = await answered(
      [
        [HEADERS, { add }],
        [[...BACKEND_EXTRA, 'modifier/martian'], modifier],
      ],
      { 'X-Hello': 'a' },
    );
    expect(answer.headers['x-hello']).toBe('a, backend, World, again');
  });

  test('comes after what the app has set', async () => {
    const { host } = await recordingUpstream();
    const { router } = fromKrakend(changed([[HEADERS, { add }]], `http://${host}`));
    const app = express().use((_req, res, next) => {
      res.set({ 'X-Hello': 'app', 'Set-Cookie': 'app=1' });
      next();
    }, router);
    const { port } = await serve(app);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const answer = await send(port, { path: '/mcp', headers, body: CALL });
    expect(answer.headers).toMatchObject({
      'x-hello': 'app, World, again',
      'set-cookie': ['app=1', 'own=1'],
    });
  });

  test.each<[what: string, values: object, at: string, message: RegExp]>([
    ['that another part sets', { add, replace: { 'x-hello': 'b' } }, 'X-Hello', /take out one/],
    ['that frames the answer', { add: { 'Content-Length': ['1'] } }, 'Content-Length', /as it is/],
    ['that is no header', { add: { 'X Y': ['1'] } }, 'X Y', /name of a header/],
    ['with a line break', { add: { 'X-Y': ['1\r\nX-Z: 2'] } }, 'X-Y', /stand in a header/],
    ['with nothing', { add: { 'X-Y': [] } }, 'X-Y', /write the values/],
    ['with a number', { add: { 'X-Y': [1] } }, 'X-Y', /stand in a header/],
  ])('%s is refused', (_what, values, name, message) => {
    const { problems } = outcomeOf(changed([[HEADERS, values]]));
    expect(said(problems, pathOf([...HEADERS, 'add', name]))).toMatch(message);
  });
});

import { expect, test } from '@jest/globals';
import { recordingUpstream } from '../support/upstream.ts';
import { SERVICE } from './support/base.ts';
import { type Change, changed, runningWith } from './support/running.ts';
import { start } from './support/start.ts';

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
  const { headers } = await answered([[HEADERS, { rename: { 'Set-Cookie': 'X-Cookie' } }]], {
    'Set-Cookie': 'a=b',
  });
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

import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import {
  denyTools,
  injectHeaders,
  type Middleware,
  policy,
  requireAuth,
  throttle,
} from '../src/index.ts';
import { post } from './support/client/send.ts';
import { call } from './support/messages.ts';
import { listenOn } from './support/servers.ts';

test.each<[string, () => Middleware]>([
  ['throttle', () => throttle({ limit: 9, window: '1m', by: 'ip' })],
  ['policy', () => policy(denyTools('other'))],
  ['requireAuth', () => requireAuth(() => ({ subject: 'alice' }))],
  ['injectHeaders', () => injectHeaders({ set: { 'X-Own': () => 'value' } })],
  ['injectHeaders, later', () => injectHeaders({ set: { 'X-Own': async () => 'value' } })],
])('what is thrown behind %s is answered, and once', async (_name, make) => {
  const middleware = make();
  const thrown: unknown[] = [];
  for (const isAnswered of [false, true]) {
    const server = createServer((req, res) => {
      try {
        middleware(req, res, () => {
          if (isAnswered) res.end('answered');
          throw new Error('behind');
        });
      } catch (error) {
        thrown.push(error);
        res.destroy();
      }
    });
    const answer = await post(await listenOn(server), call('t'));
    expect([answer.status, answer.body === 'answered']).toEqual(
      isAnswered ? [200, true] : [500, false],
    );
  }
  expect(thrown).toEqual([]);
});

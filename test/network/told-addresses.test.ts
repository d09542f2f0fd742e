import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { forkModule } from '../support/fork-module.ts';
import { atTestEnd } from '../support/servers.ts';

test.each([
  ['http://[::1]:1/mcp?a=b', { host: '[::1]:1', hostname: '::1', port: '1', path: '/mcp?a=b' }],
  ['http://127.0.0.1:1/', { host: '127.0.0.1:1', hostname: '127.0.0.1', port: '1', path: '/' }],
])(
  'whoever instruments HTTP sees where a request goes: %s',
  async (target, expected) => {
    const child = forkModule(new URL('support/tell-options.ts', import.meta.url), [target]);
    atTestEnd(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The process ended')));
    const [options] = await Promise.race([once(child, 'message'), ended]);
    expect(options).toEqual(expected);
  },
  60_000,
);

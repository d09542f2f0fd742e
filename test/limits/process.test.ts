import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { post } from '../support/client/send.ts';
import { forkModule } from '../support/fork-module.ts';
import { call } from '../support/messages.ts';
import { atTestEnd } from '../support/servers.ts';

test('whatever a store does reaches no process, and no limit keeps one alive', async () => {
  const child = forkModule(new URL('support/failing-stores.ts', import.meta.url));
  atTestEnd(() => void child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json();

  const ways = (await ask('/ways')) as string[];
  expect(ways.length).toBeGreaterThan(5);
  await Promise.all(
    ways.flatMap((way, i) =>
      (['deny', 'allow'] as const).map(async (onStoreError) => {
        for (let n = 0; n < 3; n += 1) {
          const { status } = await post(port, call('t'), { path: `/${onStoreError}/${i}` });
          expect([way, onStoreError, status]).toEqual([
            way,
            onStoreError,
            onStoreError === 'deny' ? 503 : 200,
          ]);
        }
      }),
    ),
  );
  for (const path of ['/by', '/weight']) {
    expect((await post(port, call('t'), { path })).status).toBe(500);
  }
  expect((await post(port, '', { path: '/own' })).status).toBe(200);
  expect(await ask('/uncaught')).toEqual([]);

  const exit = once(child, 'exit');
  child.send('close');
  expect(await exit).toEqual([0, null]);
});

import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { errorOf, outcomeOf } from '../support/client/refusal.ts';
import { headOf } from '../support/client/request.ts';
import { post } from '../support/client/send.ts';
import { forkModule } from '../support/fork-module.ts';
import { call } from '../support/messages.ts';
import { atTestEnd } from '../support/servers.ts';

/** Its port. */
async function startProcess(): Promise<number> {
  const child = forkModule(new URL('support/failing-policies.ts', import.meta.url));
  atTestEnd(() => void child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  return port;
}

test('whatever a policy does, and whoever leaves meanwhile, nothing reaches the process', async () => {
  const port = await startProcess();
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json();
  const ways = (await ask('/ways')) as string[];
  expect(ways.length).toBeGreaterThan(10);
  await Promise.all(
    ways.map(async (way) => {
      const answer = await post(port, call(way));
      expect([way, outcomeOf(answer)]).toEqual([way, 403]);
      expect(errorOf(answer).data.reason).toBe('policy_denied');
    }),
  );
  for (const way of [...ways, 'while its body is read']) {
    const client = await rawClient(port);
    const body = call(way);
    const isHalf = !ways.includes(way);
    client.send(`${headOf()}Content-Length: ${body.length + (isHalf ? 9 : 0)}\r\n\r\n${body}`);
    await new Promise((sent) => client.socket.write('', sent));
    client.socket.destroy();
  }
  expect(await ask('/uncaught')).toEqual([]);
});

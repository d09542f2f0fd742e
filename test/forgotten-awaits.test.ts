import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { forkModule } from './support/fork-module.ts';
import { atTestEnd } from './support/servers.ts';

const BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}';

test('a promise inside of what a function gives allows nothing, and ends no process', async () => {
  const child = forkModule(new URL('support/forgotten-awaits.ts', import.meta.url));
  atTestEnd(() => void child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string) => (await fetch(url + path)).json();
  const post = async (path: string, headers: object = {}) => {
    const all = { 'Content-Type': 'application/json', 'Mcp-Session-Id': 's', ...headers };
    const answer = await fetch(url + path, { method: 'POST', body: BODY, headers: all });
    return answer.status;
  };

  const ways = (await ask('/ways')) as [name: string, statuses: number[]][];
  expect(ways.length).toBeGreaterThan(40);
  const came: [string, number][] = [];
  for (const [name] of ways) came.push([name, await post(`/${Buffer.from(name).toString('hex')}`)]);
  expect(came).toEqual(ways.map(([name, [status]]) => [name, status]));
  expect(await post('/trusting', { 'X-Forwarded-For': '192.0.2.1' })).toBe(500);
  expect(await ask('/uncaught')).toEqual([]);
});

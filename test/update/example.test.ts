import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { send } from '../support/client/send.ts';
import { call } from '../support/messages.ts';
import { atTestEnd } from '../support/servers.ts';
import { startExample } from '../support/start-example.ts';
import { startUpstream } from './support/updatable.ts';

test('examples/update.ts applies its file when that changes, and refuses what is wrong', async () => {
  const { target } = await startUpstream();
  const folder = await mkdtemp(join(tmpdir(), 'update-'));
  atTestEnd(() => rm(folder, { recursive: true }));
  const file = join(folder, 'tools.json');
  writeFileSync(file, '["a"]');
  const env = { MCP_TARGET: target, TOOLS_FILE: file };
  const { process: child, port } = await startExample('update.ts', env, { silent: true });
  child.stdout?.resume();
  let log = '';
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  const mayBeCalled = async (tool: string) => {
    return !(await send(port, { body: call(tool) })).body.includes('policy_denied');
  };
  expect([await mayBeCalled('a'), await mayBeCalled('b')]).toEqual([true, false]);
  writeFileSync(file, '["b"]');
  while (!(await mayBeCalled('b'))) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await mayBeCalled('a')).toBe(false);
  writeFileSync(file, '{ "tools": "c" ');
  while (!log.includes('The configuration stays as it was: SyntaxError')) {
    await once(child.stderr as Readable, 'data');
  }
  expect(await mayBeCalled('b')).toBe(true);
}, 60_000);

test('examples/watched-file.ts applies its file when another is put in its place, and refuses what is wrong', async () => {
  const { target } = await startUpstream();
  const folder = await mkdtemp(join(tmpdir(), 'watched-'));
  atTestEnd(() => rm(folder, { recursive: true }));
  const file = join(folder, 'gateway.json');
  const put = (config: object) => {
    writeFileSync(`${file}.new`, JSON.stringify({ target, limit: 1000, ...config }));
    renameSync(`${file}.new`, file);
  };
  put({ tools: ['a'] });
  const example = await startExample('watched-file.ts', { CONFIG_FILE: file }, { silent: true });
  const { process: child, port } = example;
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      log += chunk;
    });
  }
  const mayBeCalled = async (tool: string) => {
    return !(await send(port, { body: call(tool) })).body.includes('policy_denied');
  };
  const logged = async (pattern: RegExp) => {
    while (!pattern.test(log)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  expect([await mayBeCalled('a'), await mayBeCalled('b')]).toEqual([true, false]);
  put({ tools: ['b'] });
  await logged(/gateway\.json holds from now on, as configuration [0-9a-f]{8}/);
  expect([await mayBeCalled('a'), await mayBeCalled('b')]).toEqual([false, true]);
  put({ tools: ['c'], limit: 'many' });
  await logged(/is not applied[\s\S]*rateLimit\.limit/);
  expect([await mayBeCalled('b'), await mayBeCalled('c')]).toEqual([true, false]);
  // The directory is made again, and is another one by then.
  await rm(folder, { recursive: true });
  mkdirSync(folder);
  for (const tool of ['d', 'e']) {
    put({ tools: [tool] });
    while (!(await mayBeCalled(tool))) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}, 60_000);

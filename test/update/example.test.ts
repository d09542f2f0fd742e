import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
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

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const example = fileURLToPath(new URL('../../examples/overnight/overnight.ts', import.meta.url));

test('the example of a server that changes overnight shows what the agent and the operator are told', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', example]);
  const [monday = '', tuesday = '', wednesday = ''] = stdout.split('\n\n');
  expect(monday).toContain('send_mail: Sent to ada@example.com.');
  expect(monday).toContain('mcp-lock.json: read_inbox, send_mail');
  expect(tuesday).toContain('operator is told: tool "send_mail" has changed: description');
  expect(tuesday).toContain('send_mail is refused: The definition of this tool has changed');
  expect(tuesday).toContain('read_inbox: No mail.');
  expect(tuesday).toMatch(/\+ Sends a mail\.\\u\{e0050\}\\u\{e0075\}\\u\{e0074\}/);
  expect(wednesday).toContain('send_mail: Sent to ada@example.com.');
});

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { atTestEnd } from '../support/servers.ts';

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Runs the comparison of one document; gives its exit code and what it prints. */
function compare(env: Readonly<Record<string, string>>): Promise<{ code: number; out: string }> {
  const script = pathOf('beside/beside.ts');
  const options = { env: { ...process.env, KRAKEND_BIN: '', ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--no-warnings', script, 'expressions'], options, (error, out) =>
      resolve({ code: Number(error?.code ?? 0), out }),
    );
  });
}

/** A program that is run like KrakenD's. */
function program(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-'));
  atTestEnd(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'krakend');
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

const standIn = () =>
  program(`exec '${process.execPath}' --no-warnings '${pathOf('support/stand-in.ts')}' "$@"`);

test('without a program of KrakenD, the comparison says so and succeeds', async () => {
  const { code, out } = await compare({});
  expect(out).toMatch(/KRAKEND_BIN names no program/);
  expect(code).toBe(0);
});

test('differences on purpose are counted by their names', async () => {
  const { code, out } = await compare({ KRAKEND_BIN: standIn() });
  expect(out).toMatch(/^expressions: 16 steps/m);
  expect(out).toMatch(/^ {2}9 × A refusal by an expression is 403$/m);
  expect(out).toMatch(/^Unexpected: 0$/m);
  expect(code).toBe(0);
});

test('any other difference is printed, and makes it fail', async () => {
  const { code, out } = await compare({ KRAKEND_BIN: standIn(), STAND_IN_STATUS: '418' });
  expect(out).toMatch(/^ {2}expressions: no token: status: KrakenD 418, here 401$/m);
  expect(out).toMatch(/no token: recorded status: KrakenD 418, here 401$/m);
  expect(code).toBe(1);
});

test('a program that does not start is a difference', async () => {
  const { code, out } = await compare({ KRAKEND_BIN: program('exit 1') });
  expect(out).toMatch(/^ {2}expressions: the document: start: KrakenD no, here yes$/m);
  expect(code).toBe(1);
});

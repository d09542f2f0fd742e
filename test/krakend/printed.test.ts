import type { ChildProcess } from 'node:child_process';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readArguments } from '../../src/command/arguments.ts';
import { krakend } from '../../src/command/inputs/krakend.ts';
import { forkModule } from '../support/fork-module.ts';
import { type Document, documentsIn, OWN, SHARED } from './support/play/document.ts';
import { faultsOf } from './support/play/judge.ts';
import { play } from './support/play/play.ts';
import { Stage } from './support/play/stage.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PRELOAD = new URL('../support/example-preload.ts', import.meta.url);

/** A document that runs without what only a program can give, as the program that it is printed as. */
interface Printed {
  readonly document: Document;
  readonly stage: Stage;
  readonly program: string;
}

const documents = [...documentsIn(OWN), ...documentsIn(SHARED)].filter(
  ({ expectations: { outcome, options } }) => outcome === 'runs' && options?.stores === undefined,
);

const printed = new Map<string, Printed>();
let folder = '';
let running: ChildProcess | undefined;

/** One process for all of them, because each takes a second to start. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'printed-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  await write('package.json', '{ "type": "module" }');
  for (const document of documents) printed.set(document.name, await print(document));
  for (const [name, { program }] of printed) await write(`${name}.ts`, program);
  const imports = [...printed.keys()].map((name) => `await import('./${name}.ts');`);
  await write('all.js', imports.join('\n'));
  await write('tsconfig.json', JSON.stringify(CONFIG));
}, 60_000);

afterAll(async () => {
  running?.kill('SIGKILL');
  for (const { stage } of printed.values()) await stage.close();
  await rm(folder, { recursive: true });
});

const CONFIG = {
  extends: join(root, 'tsconfig.json'),
  compilerOptions: {
    rootDir: '/',
    declaration: false,
    isolatedDeclarations: false,
    paths: {
      'express-mcp-gateway': [join(root, 'src/index.ts')],
      'express-mcp-gateway/*': [join(root, 'src/exports/*.ts')],
    },
  },
  include: ['*.ts'],
};

async function print(document: Document): Promise<Printed> {
  const { name, text, expectations } = document;
  const { publicUrl, only = [], allow = [] } = expectations.options ?? {};
  const stage = await Stage.open();
  const file = join(folder, `${name}.json`);
  await writeFile(file, stage.fill(text));
  const args = readArguments([
    file,
    '--port=0',
    ...(publicUrl === undefined ? [] : [`--public-url=${publicUrl}`]),
    ...only.map((own) => `--only=${own}`),
    ...allow.map((own) => `--allow=${own}`),
  ]);
  const { print } = await krakend.open(file, args);
  return { document, stage, program: print?.().text ?? '' };
}

test('there are documents to print, with and without options that have no form of their own', () => {
  expect(printed.size).toBeGreaterThanOrEqual(10);
  const made = [...printed.values()].filter(({ program }) => program.includes('toGatewayConfigs'));
  expect(made.length).toBeGreaterThan(0);
  expect(made.length).toBeLessThan(printed.size);
});

test('each program passes the compiler, with everything strict', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const checked = promisify(execFile)(process.execPath, [tsc, '-p', folder]);
  const { stdout } = await checked.catch((failure: { readonly stdout: string }) => failure);
  expect(stdout).toBe('');
}, 60_000);

describe('each program does what its document says', () => {
  const ports = new Map<string, number>();

  beforeAll(async () => {
    running = forkModule(new URL(`file://${join(folder, 'all.js')}`), [], {
      execArgv: [`--import=${PRELOAD}`, '--no-warnings'],
    });
    const ready = new Promise<void>((resolve) => {
      const names = [...printed.keys()];
      // They start one after another, and each tells its port.
      running?.on('message', (port) => {
        ports.set(String(names[ports.size]), Number(port));
        if (ports.size === names.length) resolve();
      });
    });
    const ended = once(running, 'exit').then(([code]) => {
      throw new Error(`The programs ended with ${code}`);
    });
    await Promise.race([ready, ended]);
    ended.catch(() => {});
  }, 60_000);

  test.each(documents.map(({ name }) => name))('%s', async (name) => {
    const { document, stage } = printed.get(name) as Printed;
    const played = await play(document.expectations, stage, Number(ports.get(name)));
    expect(played.flatMap((step) => faultsOf(step, stage.madeAt))).toEqual([]);
  });
});

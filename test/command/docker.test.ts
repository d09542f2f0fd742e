import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { startCommand } from './support/command.ts';

const root = new URL('../../', import.meta.url);
/** The folder that holds krakend.json, as the first lines of the file have it. */
const context = new URL('examples/', root);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** Its instructions, each in one line. */
const INSTRUCTIONS = read('examples/docker/Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');

const instruction = (name: string): string => {
  const own = INSTRUCTIONS.map((line) => line.trim()).filter((line) => line.startsWith(`${name} `));
  expect([name, own.length]).toEqual([name, 1]);
  return String(own[0]).slice(name.length + 1);
};

const { bin, peerDependencies, engines } = JSON.parse(read('package.json'));
const [program, script] = JSON.parse(instruction('ENTRYPOINT')) as string[];
const args = JSON.parse(instruction('CMD')) as string[];

test('what is copied is there', () => {
  const [file = ''] = instruction('COPY').split(' ');
  expect([file, existsSync(new URL(file, context))]).toEqual([file, true]);
});

test('the packages are this one and some that go with it, on a Node that it runs on', () => {
  const [, ...packages] = instruction('RUN')
    .replaceAll(/--\S+ /g, '')
    .split(/\s+/)
    .slice(1);
  const known = ['express-mcp-gateway', ...Object.keys(peerDependencies)];
  expect(packages).toContain('express-mcp-gateway');
  expect(packages.filter((name) => !known.includes(name))).toEqual([]);
  const [, major] = /^node:(\d+)-slim$/.exec(instruction('FROM')) ?? [];
  expect(engines.node).toContain(`^${major}.`);
});

test('the process is the command itself, without a shell, and not root', () => {
  const [[name, file] = []] = Object.entries(bin as Record<string, string>);
  expect(program).toBe('node');
  expect(script).toBe(`node_modules/${name}/${file?.replace('./', '')}`);
  expect(instruction('USER')).toBe('node');
  const users = INSTRUCTIONS.findIndex((line) => line.startsWith('USER'));
  expect(users).toBeLessThan(INSTRUCTIONS.findIndex((line) => line.startsWith('ENTRYPOINT')));
  expect(users).toBeGreaterThan(INSTRUCTIONS.findIndex((line) => line.startsWith('RUN')));
});

test('no secret is built in', () => {
  const texts = INSTRUCTIONS.filter((line) => /^(?:ARG|ENV)/.test(line));
  expect(texts).toEqual(['ENV NODE_ENV=production']);
});

describe('its command', () => {
  const [, , health = ''] = JSON.parse(instruction('HEALTHCHECK').replace(/^.*? CMD /, ''));

  /** The exit code of the health check, with another port. */
  function check(port: number): Promise<number> {
    const own = health.replace('127.0.0.1:8080', `127.0.0.1:${port}`);
    expect(own).not.toBe(health);
    return new Promise((resolve) => {
      execFile(process.execPath, ['-e', own], (error) => resolve(Number(error?.code ?? 0)));
    });
  }

  test('runs, is healthy, and ends in order with SIGTERM', async () => {
    const gateway = await startCommand(args, { cwd: fileURLToPath(context) });
    expect(await check(gateway.port)).toBe(0);
    gateway.process.kill('SIGTERM');
    expect(await gateway.ended).toMatchObject({ code: 0, signal: null });
    expect(await check(gateway.port)).toBe(1);
  });

  test('the port of the health check is the one that is listened on, and told', () => {
    expect(args).toEqual(['krakend.json', '--port', '8080']);
    expect(instruction('EXPOSE')).toBe('8080');
  });
});

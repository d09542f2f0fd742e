import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { listenOn, serve } from '../support/servers.ts';
import { folderWith, runCommand } from './support/command.ts';
import { documentFor } from './support/document.ts';

const VALIDATOR = { alg: 'RS256', issuer: 'https://idp.example', audience: ['mcp'] };

test('--check tells every problem with its path, and exits with 1', async () => {
  const document = { ...documentFor(), prot: 8080, timeout: 2000, tls: {} };
  const cwd = await folderWith({ 'krakend.json': document });
  const ended = await runCommand(['krakend.json', '--check'], { cwd });
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  for (const path of [
    'endpoints\\[0\\]\\.backend\\[0\\]\\.host',
    'prot',
    'timeout',
    'tls\\.keys',
  ]) {
    expect(ended.stderr).toMatch(new RegExp(`^  ${path}: .+$`, 'm'));
  }
});

test('--check of a document that runs tells the warnings, opens no port and asks nobody', async () => {
  let requests = 0;
  const peer = await serve((_req, res) => {
    requests += 1;
    res.end('{}');
  });
  const host = `http://127.0.0.1:${peer.port}`;
  // A port that is in use does not matter.
  const port = await listenOn(createServer());
  const [endpoint] = (documentFor(host, ['POST']) as { endpoints: [object] }).endpoints;
  const keys = { jwk_url: `${host}/jwks`, disable_jwk_security: true };
  const document = {
    ...documentFor(),
    port,
    name: 'gateway',
    max_header_bytes: 5000,
    extra_config: { 'telemetry/logging': { level: 'INFO', syslog: true } },
    endpoints: [{ ...endpoint, extra_config: { 'auth/validator': { ...VALIDATOR, ...keys } } }],
  };
  const cwd = await folderWith({ 'krakend.json': document });
  const ended = await runCommand(['krakend.json', '--check'], { cwd });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^warning: document: without security\/cors/m);
  expect(ended.stdout).toMatch(/^warning: endpoints\[0\]\.\S+: without the option publicUrl/m);
  expect(ended.stdout).toMatch(/^warning: extra_config\["telemetry\/logging"\].syslog: /m);
  expect(ended.stdout).toMatch(/\nkrakend\.json runs: \/mcp\n$/);
  // What the command does itself is no warning.
  expect(ended.stdout).not.toMatch(/max_header_bytes|accessLog/);
  expect(requests).toBe(0);
});

test('a port that is in use is told in one line', async () => {
  const port = await listenOn(createServer());
  const cwd = await folderWith({ 'krakend.json': documentFor('http://127.0.0.1:9999') });
  const args = ['krakend.json', '--host', '127.0.0.1', '--port', String(port)];
  expect(await runCommand(args, { cwd })).toMatchObject({
    code: 1,
    stderr: `cannot listen on 127.0.0.1, port ${port}: the port is in use (EADDRINUSE)\n`,
  });
});

test('wrong usage is told, and exits with 2', async () => {
  expect(await runCommand(['krakend.json', '--chekc'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^Unknown option '--chekc'.*\nSee express-mcp-gateway --help\n$/),
  });
});

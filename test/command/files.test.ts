import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import request from 'supertest';
import { inputFor } from '../../src/command/inputs/inputs.ts';
import { krakend } from '../../src/command/inputs/krakend.ts';
import { openApi } from '../../src/command/inputs/open-api.ts';
import { serve } from '../support/servers.ts';
import { folderWith, runCommand, startCommand } from './support/command.ts';
import { documentFor } from './support/document.ts';

const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

test('serves a module: a function that gives several gateways, and sets the app up', async () => {
  const upstream = await serve((req, res) => void res.end(JSON.stringify(req.headers)));
  const cwd = await folderWith({
    'gateway.config.mjs': `
      import { allowTools } from 'express-mcp-gateway';

      export default async ({ app }) => {
        app.set('trust proxy', 'loopback');
        app.get('/own', (_req, res) => res.send('own'));
        const target = 'http://127.0.0.1:${upstream.port}/mcp';
        return [
          { target, ipFilter: { deny: ['192.0.2.0/24'] } },
          { target, path: '/second', policies: allowTools('read_*') },
        ];
      };
    `,
  });
  const command = await startCommand(['gateway.config.mjs'], { cwd });
  expect(await command.line(/listening/)).toMatch(/ for \/mcp, \/second$/);
  const app = `http://127.0.0.1:${command.port}`;
  await request(app).get('/own').expect(200, 'own');
  await request(app).post('/mcp').send(CALL).expect(200);
  await request(app).post('/mcp').set('X-Forwarded-For', '192.0.2.1').send(CALL).expect(403);
  const call = { ...CALL, method: 'tools/call', params: { name: 'delete_file' } };
  const denied = await request(app).post('/second').send(call).expect(200);
  expect(denied.body.error.data.reason).toBe('policy_denied');
  await request(app).get('/__health').expect(200);
  await command.line(/ POST 403 path=\/mcp ip=192\.0\.2\.1 .*reason=ip_not_allowed/);
  command.process.kill('SIGTERM');
  expect((await command.ended).code).toBe(0);
});

test('every mistake in a module is told, of all of its gateways', async () => {
  const cwd = await folderWith({
    'gateway.config.mjs': `
      const target = 'http://127.0.0.1:1/mcp';
      export default [{ target, timeout: 5 }, { target, polices: [] }, { target }];
    `,
    'thrown.mjs': `throw new Error('not today');`,
    'empty.mjs': '',
    'waits.mjs': 'await new Promise(() => {});',
    'waiting.mjs': 'export default () => new Promise(() => {});',
  });
  const ended = await runCommand(['gateway.config.mjs', '--check'], { cwd });
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toMatch(/^gateway\.config\.mjs does not start:\n/);
  expect(ended.stderr).toMatch(/\[0\]: [^[]*timeout: given a number/);
  expect(ended.stderr).toMatch(/\[1\]: [^[]*polices: there is no such option/);
  expect(ended.stderr).toMatch(/two gateways have the path \/mcp/);
  const thrown = await runCommand(['thrown.mjs'], { cwd });
  expect(thrown).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/not today[\s\S]*thrown\.mjs/),
  });
  for (const file of ['waits.mjs', 'waiting.mjs']) {
    expect(await runCommand([file], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`${file}.*: Error: it waits for a promise`)),
    });
  }
  const empty = await runCommand(['empty.mjs'], { cwd });
  expect(empty.stderr).toMatch(/^empty\.mjs has to export default the options .*\n$/);
});

test('of a module that cannot be loaded its author is told the place, and no frames of the command', async () => {
  const cwd = await folderWith({
    'syntax.mjs': 'export default { target:',
    'imports.mjs': "import './syntax.mjs';",
    'syntax.cjs': '\n\nmodule.exports = { target:',
    'thrown.mjs': "\nthrow new TypeError('not today');",
    'calls.mjs': "import { readFileSync } from 'node:fs';\nreadFileSync('./none');",
  });
  const hintFor = (file: string) =>
    `SyntaxError: Unexpected end of input. \`node --check ${file}\` shows the place; if it finds none, that is in a file that this one imports\n`;
  for (const [file, told] of [
    ['syntax.mjs', hintFor('syntax.mjs')],
    ['imports.mjs', hintFor('imports.mjs')],
    ['syntax.cjs', /syntax\.cjs:3\n[\s\S]*SyntaxError: Unexpected end of input\n$/],
    ['thrown.mjs', /^thrown\.mjs .*TypeError: not today\n {4}at file:\S*thrown\.mjs:2:7\n$/],
    ['calls.mjs', /ENOENT.*\n {4}at file:\S*calls\.mjs:2:1\n$/],
  ] as const) {
    const { code, stderr } = await runCommand([file, '--check'], { cwd });
    expect(code).toBe(1);
    if (typeof told === 'string') expect(stderr).toBe(`${file} cannot be loaded: ${told}`);
    else expect(stderr).toMatch(told);
  }
});

test('an option that a file of this kind does not take is wrong usage', async () => {
  const cwd = await folderWith({ 'gateway.config.mjs': 'export default {}' });
  for (const option of ['--print', '--only=/mcp']) {
    const ended = await runCommand(['gateway.config.mjs', option], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^--(print|only) is not for gateway\.config\.mjs\n/);
  }
});

test('reads YAML, where a repeated key is a mistake, and says how to convert TOML', async () => {
  const cwd = await folderWith({
    'krakend.yaml': `
      # A comment
      version: 3
      x: &backend
        - url_pattern: /mcp
          host: [http://127.0.0.1:9999]
      endpoints:
        - endpoint: /mcp
          method: POST
          output_encoding: no-op
          backend: *backend
    `.replace('x:', '"@x":'),
    'twice.yaml': 'version: 3\nversion: 3\n',
    'krakend.toml': 'version = 3',
    'krakend.json': documentFor('http://127.0.0.1:9999'),
  });
  const yaml = await runCommand(['krakend.yaml', '--check'], { cwd });
  expect(yaml).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('krakend.yaml runs: /mcp'),
  });
  const twice = await runCommand(['twice.yaml', '--check'], { cwd });
  expect(twice).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^twice\.yaml is no YAML: .*unique.*\n$/),
  });
  const toml = await runCommand(['krakend.toml', '--check'], { cwd });
  expect(toml.stderr).toMatch(
    /^krakend\.toml is TOML.*yq -p toml -o json krakend\.toml > krakend\.json\n$/,
  );
  const missing = await runCommand(['missing.json'], { cwd });
  expect(missing).toMatchObject({ code: 1, stderr: 'missing.json cannot be read: ENOENT\n' });
});

test('--print gives a program alone, and tells beside it what has no form of its own', async () => {
  const [endpoint] = (documentFor('http://127.0.0.1:9999', ['POST']) as { endpoints: [object] })
    .endpoints;
  const bots = { 'security/bot-detector': { deny: ['bad'] } };
  const cwd = await folderWith({
    'krakend.json': { version: 3, endpoints: [{ ...endpoint, extra_config: bots }] },
  });
  const ended = await runCommand(['krakend.json', '--print', '--port', '9000'], { cwd });
  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(/^import .*\n/);
  expect(ended.stdout).toContain("  policies: made('/mcp', 'policies'),\n");
  expect(ended.stdout).toContain('server.listen({ port: 9000 });\n');
  expect(ended.stderr).toMatch(/^warning: document: .*\n/);
  expect(ended.stderr).toMatch(
    /\nnote: policies of \/mcp has no form of its own: the program makes it from the document\n$/,
  );
});

test('what stands in a document says which kind it is', async () => {
  const cwd = await folderWith({
    'krakend.json': { openapi: '3.1.0' },
    'openapi.json': { version: 3, endpoints: [], name: 'openapi' },
    'broken.json': '{ "openapi": "3.1.0", }',
    'broken-too.json': '{ "version": 3, }',
    'old.YAML': 'swagger: "2.0"',
    'k.yml': 'version: 3',
  });
  for (const [name, input] of [
    ['krakend.json', openApi],
    ['openapi.json', krakend],
    ['broken.json', openApi],
    ['broken-too.json', krakend],
    ['old.YAML', openApi],
    ['k.yml', krakend],
    ['k.toml', krakend],
  ] as const) {
    expect([name, await inputFor(join(cwd, name))]).toEqual([name, input]);
  }
});

test('of YAML, merge keys count, and no tag or directive makes something of it that JSON does not have', async () => {
  const endpoint = { endpoint: '/{t}/mcp', output_encoding: 'no-op' };
  const limits = {
    client_max_rate: 2,
    every: '1s',
    client_capacity: 2,
    strategy: 'param',
    key: 't',
  };
  const backend = [{ host: ['http://127.0.0.1:9999'], url_pattern: '/mcp' }];
  // The limit is counted by a parameter: its program needs the document.
  const text = (comment: string) => `%YAML 1.1
---
version: 3
"@comment": ${comment}
"@all": &all ${JSON.stringify({ ...endpoint, backend, extra_config: { 'qos/ratelimit/router': limits } })}
endpoints:
  - <<: *all
    method: POST
`;
  const cwd = await folderWith({
    'krakend.yaml': text('[.nan, 2001-01-01]'),
    'secret.yaml': text('!secret a'),
    'set.yaml': text('!!set { a, b }'),
  });
  const { code, stdout } = await runCommand(['krakend.yaml', '--print'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain("'@comment': [null, '2001-01-01'],");
  expect(stdout).toContain('client_max_rate: 2,');
  for (const name of ['secret', 'set']) {
    const ended = await runCommand([`${name}.yaml`, '--check'], { cwd });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(
      new RegExp(`^${name}\\.yaml is no YAML: Unresolved tag: \\S*${name} at line 4.*\n$`),
    );
  }
});

import { expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import request from 'supertest';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startRecordingServer } from '../support/recording-server.ts';
import { atTestEnd, serve } from '../support/servers.ts';
import { folderWith, startCommand } from './support/command.ts';
import { documentFor } from './support/document.ts';

const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

test('serves a document to the official client, and ends in order while a stream is open', async () => {
  const { url } = await startRecordingServer();
  const cwd = await folderWith({ 'krakend.json': documentFor(new URL(url).origin) });
  const command = await startCommand(['krakend.json'], { cwd });
  const client = new Client(
    { name: 'agent', version: '1.0.0' },
    { versionNegotiation: { mode: 'legacy' } },
  );
  atTestEnd(() => client.close());
  const endpoint = new URL(`http://127.0.0.1:${command.port}/mcp`);
  const transport = new StreamableHTTPClientTransport(endpoint);
  await client.connect(transport);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['read_file', 'delete_file']);
  await client.callTool({ name: 'read_file', arguments: {} });

  // A line for each request: what was called, from where, and what came of it.
  const line = await command.line(/tools\/call/);
  expect(line).toMatch(
    /^\d{4}-\S+Z INFO {2}POST 200 path=\/mcp ip=\S+ ms=\d+ call=tools\/call:read_file target=127\.0\.0\.1:\d+ id=\S+$/,
  );

  // What no gateway answers.
  const app = `http://127.0.0.1:${command.port}`;
  const health = await request(app).get('/__health').expect(200);
  expect(health.body).toEqual({ status: 'ok', agents: {}, now: expect.stringMatching(/^\d{4}-/) });
  const missing = await request(app).get('/a path\nwith a line').expect(404);
  expect(missing.body.error.data).toEqual({ reason: 'not_found' });
  await command.line(/ WARN {2}GET 404 path=\S*with%20a%20line ip=\S+ reason=not_found$/);
  const refused = await request(app).put('/mcp').expect(405);
  for (const answer of [health, missing, refused]) {
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-frame-options': 'DENY',
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('strict-transport-security');
  }

  const stream = await rawClient(command.port);
  const headers = [
    'Accept: text/event-stream',
    `Mcp-Session-Id: ${transport.sessionId}`,
    'MCP-Protocol-Version: 2025-11-25',
  ];
  await client.close();
  stream.send(rawRequest({ method: 'GET', headers }));
  await stream.has(/ 200 OK\r\n/);
  command.process.kill('SIGTERM');
  await stream.has(/\r\n0\r\n\r\n$/);
  const ended = await command.ended;
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/SIGTERM: no new requests.*\n(.*\n)*.* ended\n$/);
  expect(ended.stdout).not.toContain('/__health');
});

test('writes, answers and checks as the document says', async () => {
  const upstream = await serve((_req, res) => void res.end('{}'));
  const cwd = await folderWith({
    'krakend.json': {
      ...documentFor(`http://127.0.0.1:${upstream.port}`, ['POST']),
      extra_config: {
        'telemetry/logging': { level: 'WARNING', format: 'logstash' },
        'security/http': { allowed_hosts: ['gateway.test'], referrer_policy: 'origin' },
        'security/bot-detector': { empty_user_agent_is_bot: true },
        router: {
          health_path: '/healthz',
          logger_skip_paths: ['/skipped'],
          error_body: { 404: { message: 'nothing here' }, 405: { message: 'no such method' } },
        },
      },
    },
  });
  const command = await startCommand(['krakend.json', '--host', '127.0.0.1'], { cwd });
  const app = `http://127.0.0.1:${command.port}`;
  const known = { Host: 'gateway.test', 'User-Agent': 'agent' };

  // Health stands outside of hosts and bots.
  await request(app).get('/healthz').set('User-Agent', '').expect(200);
  await request(app).get('/__health').expect(404, { message: 'nothing here' });
  await request(app).get('/skipped').expect(404);
  const refused = await request(app).delete('/mcp').set(known).expect(405);
  expect(refused.body).toEqual({ message: 'no such method' });
  expect(refused.headers.allow).toBe('POST');
  await request(app).post('/mcp').send(CALL).expect(403);
  const answer = await request(app).post('/mcp').set(known).send(CALL).expect(200);
  // The document's own, and helmet's for what it does not say.
  expect(answer.headers).toMatchObject({
    'referrer-policy': 'origin',
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
  });

  command.process.kill('SIGINT');
  const { code, stdout } = await command.ended;
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const requests = lines.filter(({ status }) => status !== undefined);
  expect(requests.map(({ level, path, status }) => [level, path, status])).toEqual([
    ['warn', '/__health', 404],
    ['warn', '/mcp', 405],
    ['warn', '/mcp', 403],
  ]);
  expect(stdout).toContain(`listening on http://127.0.0.1:${command.port} for /mcp`);
});

test('a second signal ends the process at once', async () => {
  const upstream = await serve((req) => void req.resume());
  const document = documentFor(`http://127.0.0.1:${upstream.port}`);
  const cwd = await folderWith({ 'krakend.json': document });
  const command = await startCommand(['krakend.json'], { cwd });
  const client = await rawClient(command.port);
  const arrived = new Promise((resolve) => upstream.server.once('request', resolve));
  client.send(rawRequest({ method: 'POST', headers: ['Content-Type: application/json'] }));
  await arrived;
  command.process.kill('SIGTERM');
  await command.line(/SIGTERM/);
  command.process.kill('SIGTERM');
  expect(await command.ended).toMatchObject({ code: 143, signal: null });
});

test('variables stand in place of what the document says, and others are told of', async () => {
  const upstream = await serve((_req, res) => void res.end('{}'));
  const cwd = await folderWith({ 'krakend.json': { ...(documentFor() as object), port: 1 } });
  const command = await startCommand(['krakend.json'], {
    cwd,
    env: {
      KRAKEND_LISTEN_IP: '127.0.0.1',
      KRAKEND_HOST: `http://127.0.0.1:${upstream.port}`,
      KRAKEND_NAME: 'gateway',
      KRAKEND_TIMEOUT: '9s',
      KRAKEND_CACHE_TTL: '1s',
    },
  });
  await request(`http://127.0.0.1:${command.port}`).post('/mcp').send(CALL).expect(200);
  await command.line(/WARN .*KRAKEND_CACHE_TTL has no effect here/);
  command.process.kill('SIGTERM');
  expect((await command.ended).stdout).toContain('http://127.0.0.1:');
});

import { describe, expect, test } from '@jest/globals';
import { exchange } from '../support/client/raw.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

describe('hosts, against DNS rebinding', () => {
  const hosts = ['gateway.example', 'localhost:3000', '[::1]'];

  test.each([
    ['gateway.example', 200],
    ['GATEWAY.example', 200],
    ['gateway.example:8443', 200],
    ['localhost:3000', 200],
    ['[::1]:9', 200],
    ['localhost', 403],
    ['localhost:3001', 403],
    ['evil.example', 403],
    ['gateway.example.evil', 403],
    ['gateway.example@evil.example', 403],
    ['', 403],
  ])('Host %j: %i', async (host, status) => {
    const upstream = await recordingUpstream();
    const { port, errors } = await startGateway({ target: upstream.target, hosts });
    const head = `POST /mcp HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n`;
    const client = await exchange(port, `${head}Connection: close\r\n\r\n`);
    expect(client.statuses).toEqual([status]);
    expect(upstream.seen).toHaveLength(status === 200 ? 1 : 0);
    expect(errors.map((error) => error.reason)).toEqual(status === 200 ? [] : ['host_not_allowed']);
  });

  test('no Host at all (HTTP/1.0) is not an allowed one', async () => {
    const upstream = await recordingUpstream();
    const { port } = await startGateway({ target: upstream.target, hosts });
    const client = await exchange(port, 'GET /mcp HTTP/1.0\r\n\r\n');
    expect(client.statuses).toEqual([403]);
  });

  test('the upstream gets its own host, whatever the client said', async () => {
    const upstream = await recordingUpstream();
    const { port } = await startGateway({ target: upstream.target });
    await exchange(port, 'GET /mcp HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(upstream.seen[0]?.headers.host).toBe(`127.0.0.1:${upstream.port}`);
  });
});

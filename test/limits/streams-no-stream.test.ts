import { Agent, request, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { atTestEnd } from '../support/servers.ts';
import { GET, streaming } from './support/streaming.ts';

const HTML = '<html>';
const JSON_RPC = '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"No"}}';

/** What a server may answer to a GET instead of a stream. */
const ANSWERS: readonly [status: number, body: string, relayed?: number][] = [
  [200, JSON_RPC],
  [204, ''],
  // Which no relay can answer to a request without a condition.
  [304, '', 502],
  [400, JSON_RPC],
  [401, ''],
  [403, HTML],
  [404, JSON_RPC],
  [405, ''],
  [406, JSON_RPC],
  [429, HTML],
  [500, HTML],
  [503, ''],
];

describe('a GET that is answered with no stream keeps no place', () => {
  test.each(ANSWERS)('%i, on a connection that goes on', async (status, body, relayed = status) => {
    const from = await streaming({ total: 1 });
    from.answer = (res) => {
      if (body !== '') res.setHeader('Content-Type', 'application/json');
      res.writeHead(status).end(body);
    };
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    atTestEnd(() => agent.destroy());
    const connections = new Set<unknown>();
    from.server.on('connection', (socket) => connections.add(socket));
    for (let n = 0; n < 3; n += 1) {
      const got = await new Promise<[number | undefined, string]>((resolve, reject) => {
        request({ port: from.port, path: '/mcp', agent })
          .on('response', async (answer) => resolve([answer.statusCode, await text(answer)]))
          .on('error', reject)
          .end();
      });
      expect(got).toEqual([relayed, relayed === status ? body : expect.any(String)]);
      await from.observer.record(n);
    }
    expect(from.answers).toHaveLength(3);
    expect(connections.size).toBe(1);
  });

  test.each<[string, Partial<GatewayConfig>, number]>([
    [
      'a slot behind the cap refuses',
      { bodyLimit: false, use: (_req, res) => void res.sendStatus(418) },
      418,
    ],
    ['a slot behind the cap fails', { use: (_req, _res, next) => next(new Error('no')) }, 500],
    ['the upstream is not there', { target: 'http://127.0.0.1:1' }, 502],
    ['the time of the stream is over', { timeout: { stream: 20 } }, 200],
    [
      'the upstream is in this process',
      { target: (_req: unknown, res: ServerResponse) => void res.writeHead(405).end() },
      405,
    ],
  ])('%s', async (_how, config, status) => {
    const { port, observer } = await streaming({ total: 1 }, config);
    for (let n = 0; n < 3; n += 1) {
      const client = await rawClient(port);
      client.send(`${GET}Connection: close\r\n\r\n`);
      await client.closed();
      await observer.record(n);
      expect(client.statuses).toEqual([status]);
    }
  });
});

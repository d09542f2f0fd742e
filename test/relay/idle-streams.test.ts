import { expect, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { atTestEnd, serve } from '../support/servers.ts';
import { startGatewayProcess } from '../support/start-gateway-process.ts';

test('an idle event stream costs less than 50 KB of memory', async () => {
  const { port } = await serve((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const gateway = await startGatewayProcess({ target: `http://127.0.0.1:${port}/` });
  atTestEnd(() => gateway.stop());
  const open = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const client = await rawClient(gateway.port);
      await client.send('GET /mcp HTTP/1.1\r\nHost: x\r\n\r\n').has(/data: 1/);
    }
  };

  // The first of them pay for compiled code and tables as well.
  await open(200);
  const before = await gateway.memory();
  await open(800);
  const perStream = ((await gateway.memory()) - before) / 800;

  expect(perStream).toBeLessThan(50 * 1024);
  expect(gateway.uncaught).toEqual([]);
});

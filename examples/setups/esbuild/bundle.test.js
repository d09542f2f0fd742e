import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';

const pong = { jsonrpc: '2.0', id: 1, result: {} };
const upstream = createServer((_req, res) => {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(pong));
}).listen(0, '127.0.0.1');
await once(upstream, 'listening');
after(() => {
  upstream.close();
  upstream.closeAllConnections();
});

for (const bundle of ['server.mjs', 'server.cjs']) {
  test(`${bundle} runs where no package is installed`, async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'bundle-')), bundle);
    await cp(join('bundle', bundle), file);
    const MCP_TARGET = `http://127.0.0.1:${upstream.address().port}/mcp`;
    const server = spawn(process.execPath, [file], {
      env: { MCP_TARGET, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const port = await portOf(server);
      const answer = await fetch(`http://127.0.0.1:${port}/mcp`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      });
      assert.deepEqual(await answer.json(), pong);
    } finally {
      server.kill();
    }
  });
}

async function portOf({ stdout }) {
  for await (const line of createInterface(stdout)) return line.match(/^Port (\d+)$/)[1];
  throw new Error('The server ended before it listened');
}

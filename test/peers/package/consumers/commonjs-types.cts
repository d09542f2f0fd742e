import assert = require('node:assert/strict');
import events = require('node:events');
import http = require('node:http');
import express = require('express');
import gateway = require('express-mcp-gateway');
import proxy = require('express-mcp-gateway/proxy');

async function listen(
  handler: http.RequestListener,
): Promise<{ server: http.Server; url: string }> {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await events.once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { server, url: `http://127.0.0.1:${port}/mcp` };
}

async function relay(): Promise<void> {
  const upstream = await listen((req: http.IncomingMessage, res) => res.end(`${req.method}`));
  const { url: target } = upstream;
  const app = express();
  app.use('/other', proxy.mcpProxy({ target }));
  app.use(gateway.createMcpGateway({ target }));
  const { server, url } = await listen(app);
  for (const path of ['/mcp', '/other']) {
    const answer = await fetch(new URL(path, url), { method: 'POST', body: '{}' });
    assert.equal(await answer.text(), 'POST');
  }
  for (const open of [server, upstream.server]) {
    open.close();
    open.closeAllConnections();
  }
  process.stdout.write('relayed\n');
}

void relay();

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { createServer } = require('node:http');
const express = require('express');
const root = require('express-mcp-gateway');

for (const subpath of process.argv.slice(2)) {
  const exported = require(`express-mcp-gateway${subpath.slice(1)}`);
  const functions = Object.entries(exported).filter(([, value]) => typeof value === 'function');
  assert.notEqual(functions.length, 0);
  // One instance of everything, whichever way it came.
  for (const [name, value] of functions) if (name in root) assert.equal(value, root[name]);
  process.stdout.write(`${subpath}\n`);
}

async function listen(handler) {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}/mcp` };
}

async function relay() {
  const result = '{"jsonrpc":"2.0","id":1,"result":{}}';
  const upstream = await listen((_req, res) => {
    res.setHeader('Content-Type', 'application/json');
    res.end(result);
  });
  const { createMcpGateway } = root;
  const gateway = await listen(express().use(createMcpGateway({ target: upstream.url })));
  const answer = await fetch(gateway.url, { method: 'POST', body: '{}' });
  assert.equal(await answer.text(), result);
  for (const { server } of [gateway, upstream]) {
    server.close();
    server.closeAllConnections();
  }
  process.stdout.write('relayed\n');
}

void relay();

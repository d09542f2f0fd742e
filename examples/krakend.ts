import { readFileSync } from 'node:fs';
import express from 'express';
import { createServer } from 'express-mcp-gateway';
import { fromKrakend } from 'express-mcp-gateway/krakend';

const { router, listen } = fromKrakend(readFileSync('krakend.json', 'utf8'), {
  publicUrl: 'https://gateway.example',
  onWarning: ({ path, message }) => console.warn(`${path || 'document'}: ${message}`),
});
const server = createServer(express().use(router), listen.limits);
server.listen({ port: listen.port, host: listen.host });

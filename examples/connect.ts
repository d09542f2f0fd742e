import connect from 'connect';
import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const app = connect();

app.use(express().use(createMcpGateway({ target: 'https://third-party-mcp-server.example/mcp' })));

app.listen(3000);

// As the Express example in the README of http-proxy-middleware 4 has it.
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { serveAsChild } from '../child.ts';

const target = process.argv[2] as string;

const app = express();
app.use('/mcp', createProxyMiddleware({ target, changeOrigin: true }));
serveAsChild(app);

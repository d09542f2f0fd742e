// As the Express example in the README of http-proxy-middleware 4 has it.
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { serve, settingsOf } from '../machine/serve.ts';

const { upstream } = settingsOf<{ upstream: string }>();

const app = express();
app.use('/mcp', createProxyMiddleware({ target: upstream, changeOrigin: true }));
serve(app);

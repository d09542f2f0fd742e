// A chain of the usual middleware, each as its README shows it: every signature is verified anew.
import cors from 'cors';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { Issuer } from '../machine/issuer.ts';
import { serve, settingsOf } from '../machine/serve.ts';

const { upstream, issuer } = settingsOf<{ upstream: string; issuer: Issuer }>();
const keys = createRemoteJWKSet(new URL(issuer.jwksUri));

const app = express();
app.use(cors({ origin: issuer.origin }));
app.use(
  rateLimit({
    windowMs: 3_600_000,
    limit: 1_000_000_000,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
  }),
);
app.use(async (req, res, next) => {
  const token = req.headers.authorization?.replace(/^Bearer /, '') ?? '';
  try {
    await jwtVerify(token, keys, { issuer: issuer.url, audience: issuer.audience });
  } catch {
    res.status(401).end();
    return;
  }
  next();
});
app.use('/mcp', createProxyMiddleware({ target: upstream, changeOrigin: true }));
serve(app);

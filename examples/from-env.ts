/**
 * A configuration from the environment: each variable that is set switches something on, and what is missing or
 * wrong ends the process with one line for each mistake.
 *
 *     TARGET=http://localhost:3000/mcp RATE_LIMIT=60 node from-env.ts
 */
import express from 'express';
import { createMcpGateway, type GatewayConfig, GatewayConfigError, jwt } from 'express-mcp-gateway';

const {
  TARGET = '',
  PUBLIC_URL,
  ISSUER,
  RATE_LIMIT,
  RESPONSE_TIMEOUT,
  PORT = '8080',
} = process.env;

function readEnvironment(): GatewayConfig {
  const config: GatewayConfig = { target: TARGET };
  if (PUBLIC_URL) config.publicUrl = PUBLIC_URL;
  if (ISSUER) config.auth = jwt({ issuer: ISSUER, audience: PUBLIC_URL ?? '' });
  if (RATE_LIMIT) config.rateLimit = { limit: Number(RATE_LIMIT), window: '1m' };
  if (RESPONSE_TIMEOUT) config.timeout = { response: RESPONSE_TIMEOUT };
  return config;
}

try {
  const app = express();
  app.use(createMcpGateway(readEnvironment()));
  app.listen(Number(PORT));
} catch (error) {
  if (!(error instanceof GatewayConfigError)) throw error;
  for (const { path, message, docs } of error.problems) {
    console.error(`${path}: ${message} (see ${docs})`);
  }
  process.exitCode = 1;
}

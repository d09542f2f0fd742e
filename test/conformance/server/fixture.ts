import { localhostHostValidation, localhostOriginValidation } from '@modelcontextprotocol/node';
import express, { type Express } from 'express';
import { createUpstream } from '../../../examples/demo/upstream.ts';
import { SessionEvents } from '../../support/session-events.ts';
import { createServer } from './create-server.ts';

/** How long a client waits before it reconnects after its stream was closed. */
const RETRY_MS = 100;

/**
 * An MCP endpoint with all features that the suite tests, on the official SDK: stateless requests
 * (2026-07-28) and resumable sessions (2025-11-25) on one URL, for callers on this machine only.
 */
export function createFixture(): Express {
  const upstream = createUpstream(
    () => createServer({ tools: upstream.announceTools, prompts: upstream.announcePrompts }),
    () => ({ eventStore: new SessionEvents(), retryInterval: RETRY_MS }),
  );
  const isLocalHost = localhostHostValidation();
  const isLocalOrigin = localhostOriginValidation();
  const app = express();
  app.use((req, res, next) => {
    if (isLocalHost(req, res) && isLocalOrigin(req, res)) next();
  });
  return app.use(upstream.app);
}

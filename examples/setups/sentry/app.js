import * as Sentry from '@sentry/node';
import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

/** Mistakes of clients are not reported. A policy that throws refuses the call, and is a fault of this app. */
function isFault({ status, reason, cause }) {
  return status >= 500 || (reason === 'policy_denied' && cause !== undefined);
}

export function createApp(target, policies = false) {
  const app = express();
  app.use(
    createMcpGateway({
      target,
      policies,
      // The gateway answers its own failures, so that they do not reach the error handler below.
      onError(error) {
        if (!isFault(error)) return;
        Sentry.captureException(error.cause ?? error, { tags: { 'mcp.reason': error.reason } });
      },
    }),
  );
  app.get('/fails', () => {
    throw new Error('A route of the app failed');
  });
  Sentry.setupExpressErrorHandler(app);
  return app;
}

import express from 'express';
import { createMcpGateway, jwt } from 'express-mcp-gateway';

const PLANS = new Map<unknown, number>([
  ['free', 100],
  ['team', 5_000],
]);

const app = express();

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    publicUrl: 'https://gateway.example/mcp',
    auth: jwt({ issuer: 'https://idp.example', audience: 'https://gateway.example/mcp' }),
    rateLimit: [
      // 20 at once, and 5 more each second; counts only POST requests.
      { burst: 20, refill: { amount: 5, every: '1s' }, match: { httpMethod: 'POST' } },
      // As many a day as the plan allows; 0 for a user without a plan.
      {
        limit: ({ principal }) => PLANS.get(principal?.claims?.plan) ?? 0,
        window: '1d',
        by: 'user',
        name: 'plan',
      },
    ],
  }),
);

app.listen(3000);

import express from 'express';
import { createMcpGateway, jwt } from 'express-mcp-gateway';

const app = express();

// One proxy in front: the addresses that it sees are those of the clients.
app.set('trust proxy', 1);

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    publicUrl: 'https://gateway.example/mcp',
    ipFilter: { allow: ['10.0.0.0/8', '2001:db8::/32'], deny: ['10.6.6.6'] },
    auth: jwt({ issuer: 'https://idp.example', audience: 'https://gateway.example/mcp' }),
    rateLimit: [
      // By address: checked before any token.
      { limit: 300, window: '1m' },
      // Each tool for each user.
      { limit: 30, window: '1m', by: ['user', 'tool'] },
      // All deletions together.
      { limit: 5, window: '1h', by: 'user', match: { name: 'delete_*' }, name: 'deletions' },
      // The cost of a call depends on its arguments.
      {
        limit: 1000,
        window: '1d',
        by: ({ principal }) => String(principal?.claims?.tenant),
        match: { method: 'tools/call', name: 'fetch_pages' },
        weight: ({ mcp }) => unitsOf(mcp.arguments?.pages),
        name: 'pages',
      },
    ],
    streams: { perUser: 4, total: 1000 },
  }),
);

app.listen(3000);

/** A client can send any value: if it is not a number of pages, it counts as one page. */
function unitsOf(pages: unknown): number {
  return typeof pages === 'number' && pages > 1 ? Math.ceil(pages) : 1;
}

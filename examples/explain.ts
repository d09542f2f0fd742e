import { createMcpGateway, denyTools } from 'express-mcp-gateway';

const gateway = createMcpGateway({
  target: 'https://third-party-mcp-server.example/mcp',
  auth: (req) => ({ subject: String(req.headers['x-user']) }),
  rateLimit: { limit: 100, window: '1m', by: 'user' },
  policies: denyTools('delete_*'),
});

const { slots, status, reason } = await gateway.explain({
  principal: { subject: 'ada' },
  headers: { 'MCP-Protocol-Version': '2025-11-25' },
  message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'delete_file' } },
});
console.log(status, reason);
console.log(slots.find(({ outcome }) => outcome === 'deny'));

import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const app = express();

app.use(createMcpGateway({ path: '/mcp/search', target: 'https://search.example/mcp' }));
app.use(createMcpGateway({ path: '/mcp/tickets', target: 'https://tickets.example/api/mcp' }));

// The parameter of the route stands in the target. On a mounted path the gateway's own path is '/'.
app.use('/team/:id/mcp', createMcpGateway({ path: '/', target: 'https://teams.example/{id}/mcp' }));

app.listen(3000);

import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const app = express();

app.use(createMcpGateway({ target: 'https://mcp.example/mcp', redirects: 'same-origin' }));

app.listen(3000);

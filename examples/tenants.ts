import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const app = express();

// A client of /t/acme/mcp reaches https://mcp.example/tenants/acme/mcp.
app.use('/t/:tenant', createMcpGateway({ target: 'https://mcp.example/tenants/{tenant}/mcp' }));

app.listen(3000);

import connect from 'connect';
import { bodyLimit } from 'express-mcp-gateway/body-limit';
import { mcpCors } from 'express-mcp-gateway/cors';
import { injectHeaders } from 'express-mcp-gateway/headers';
import { mcpProxy } from 'express-mcp-gateway/proxy';

const app = connect();

app.use('/mcp', mcpCors({ origin: 'https://app.example' }));
app.use('/mcp', bodyLimit('1mb'));
app.use('/mcp', injectHeaders({ set: { 'X-Api-Key': process.env.UPSTREAM_KEY } }));
app.use('/mcp', mcpProxy({ target: 'https://third-party-mcp-server.example/mcp' }));

app.listen(3000);

const { createServer } = require('express-mcp-gateway');
const { createApp } = require('./app.js');

createServer(createApp(process.env.MCP_TARGET)).listen(process.env.PORT ?? 3000);

const express = require('express');
const { createMcpGateway } = require('express-mcp-gateway');

exports.createApp = (target) => {
  const app = express();
  app.use(createMcpGateway({ target }));
  return app;
};

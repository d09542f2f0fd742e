import { readFileSync } from 'node:fs';
import express from 'express';
import { createMcpGateway, denyTools } from 'express-mcp-gateway';
import { toGatewayConfigs } from 'express-mcp-gateway/krakend';

const app = express();
// The value of extra_config.router.trusted_proxies in the document.
app.set('trust proxy', ['10.0.0.0/8']);

for (const { path, config } of toGatewayConfigs(readFileSync('krakend.json', 'utf8'))) {
  const gateway = createMcpGateway({
    ...config,
    policies: [config.policies || [], denyTools('delete_*')].flat(),
    filterLists: true,
  });
  // A path with parameters is a route of Express. The gateway serves any other path by itself.
  app.use(config.path === '/' ? path : '/', gateway);
}

const { PORT = '8080' } = process.env;
app.listen(Number(PORT));

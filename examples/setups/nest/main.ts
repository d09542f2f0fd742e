import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { McpGateway } from './mcp-gateway.js';

async function start(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule);
  // Nest adds its body parser in `listen`, so that the gateway stands in front of it.
  app.use(app.get(McpGateway).router);
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3000);
  console.log(`Listening on ${await app.getUrl()}`);
}

void start();

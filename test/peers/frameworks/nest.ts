import 'reflect-metadata';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createMcpGateway } from '../../../src/index.ts';
import { atTestEnd } from '../../support/servers.ts';

class Orders {
  create(order: unknown): unknown {
    return order;
  }
}

class AppModule {}

// Decorators without their syntax, which is no JavaScript.
const create = Object.getOwnPropertyDescriptor(Orders.prototype, 'create');
if (create === undefined) throw new Error('Nothing to decorate');
Controller('orders')(Orders);
Post()(Orders.prototype, 'create', create);
Body()(Orders.prototype, 'create', 0);
Module({ controllers: [Orders] })(AppModule);

/** As docs/recipes/frameworks.md says it; gives the port. */
export async function nest(target: string): Promise<number> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: false });
  app.use(createMcpGateway({ target }));
  atTestEnd(() => app.close());
  await app.listen(0, '127.0.0.1');
  return Number(new URL(await app.getUrl()).port);
}

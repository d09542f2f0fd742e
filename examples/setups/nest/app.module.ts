import { Body, Controller, Module, Post } from '@nestjs/common';
import { McpGateway } from './mcp-gateway.js';

@Controller('orders')
class Orders {
  @Post()
  create(@Body() order: object): object {
    return order;
  }
}

@Module({ controllers: [Orders], providers: [McpGateway] })
export class AppModule {}

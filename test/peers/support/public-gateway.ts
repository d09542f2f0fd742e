import express from 'express';
import { createMcpGateway, type GatewayConfig } from '../../../src/index.ts';
import { listening } from '../../support/recording-server.ts';

/** A gateway that knows under which URL its clients reach it; gives that URL. */
export async function startPublicGateway(
  configFor: (publicUrl: string) => GatewayConfig,
): Promise<string> {
  const app = express();
  const publicUrl = (await listening(app)).href;
  app.use(createMcpGateway({ publicUrl, ...configFor(publicUrl) }));
  return publicUrl;
}

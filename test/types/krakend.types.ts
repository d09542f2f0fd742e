import type { Router } from 'express';
import type { GatewayConfig, McpGateway } from 'express-mcp-gateway';
import {
  fromKrakend,
  type KrakendAllowance,
  KrakendConfigError,
  type KrakendGateway,
  type KrakendGatewayConfig,
  type KrakendListen,
  type KrakendLog,
  type KrakendNote,
  type KrakendProblem,
  type KrakendReadOptions,
  type KrakendTls,
  toGatewayConfigs,
} from 'express-mcp-gateway/krakend';
import { MemoryStore } from 'express-rate-limit';
import { typed } from './same.ts';

export function documents(text: string): void {
  const allow: readonly KrakendAllowance[] = ['any-issuer', 'any-audience'];
  const options: KrakendReadOptions = {
    allow,
    stores: { main: new MemoryStore() },
    env: process.env,
    only: ['/mcp'],
    publicUrl: 'https://gateway.example',
    isRevoked: ({ jti }) => jti === 'gone',
    onWarning: (warning) => typed<KrakendNote>()(warning),
  };
  const own = fromKrakend(text, options);
  typed<KrakendGateway>()(own);
  typed<Router>()(own.router);
  typed<
    readonly { readonly path: string; readonly host?: string; readonly gateway: McpGateway }[]
  >()(own.gateways);
  typed<KrakendListen>()(own.listen);
  typed<KrakendLog>()(own.listen.log);
  typed<KrakendTls | undefined>()(own.listen.tls);
  typed<readonly KrakendNote[]>()(own.warnings);
  typed<KrakendGatewayConfig[]>()(toGatewayConfigs({ version: 3 }));
  for (const { config } of toGatewayConfigs(text)) typed<GatewayConfig>()(config);
  const error = new KrakendConfigError([{ path: 'version', message: 'write 3' }]);
  typed<readonly KrakendProblem[]>()(error.problems);
  // @ts-expect-error -- a text or an object
  fromKrakend(3);
}

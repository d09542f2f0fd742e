import { createServer } from 'node:http';
import express from 'express';
import { serveWith, settingsOf } from '../machine/serve.ts';
import { type ConfigName, type ConfigSettings, configOf } from './configs.ts';
import { library } from './library.ts';

/** Which gateway it is. */
export interface GatewaySettings {
  readonly config?: ConfigName;
  /** Of whatever the configuration has several. */
  readonly count?: number;
  readonly engine?: 'undici';
  /** Whether the package makes the server. */
  readonly createsServer?: boolean;
  /** So many gateways in one app, of which the last is asked. */
  readonly gateways?: { readonly count: number; readonly by: 'path' | 'mount' };
}

const settings = settingsOf<GatewaySettings & ConfigSettings>();
const { config = 'nothing', engine, gateways = { count: 1, by: 'path' } } = settings;

const app = express();
for (let i = 1; i <= gateways.count; i += 1) {
  const isLast = i === gateways.count;
  const place = isLast ? '/mcp' : `/mcp/number${i}`;
  const options = {
    ...(await configOf(config, settings)),
    ...(engine && { engine }),
  };
  if (gateways.by === 'path') app.use(library.createMcpGateway({ ...options, path: place }));
  else app.use(place, library.createMcpGateway({ ...options, path: '/' }));
}

serveWith(settings.createsServer ? library.createServer(app) : createServer(app));

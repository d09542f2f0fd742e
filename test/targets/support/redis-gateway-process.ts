/**
 * One of several gateways on one Redis, in a process of its own. Told where Redis is, and its config, by
 * its first argument; tells its parent its port.
 */
import '../../support/patient-stores.ts';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createClient } from 'redis';
import { sessionStore } from '../../../examples/scale-out/session-store.ts';
import { createMcpGateway } from '../../../src/index.ts';

process.on('disconnect', () => process.exit());

const { redisUrl, config } = JSON.parse(process.argv[2] as string);

const redis = createClient({ url: redisUrl });
await redis.connect();
const store = sessionStore((...command) => redis.sendCommand(command));

const server = express()
  .use(createMcpGateway({ ...config, sessions: { store, ttl: '1h' } }))
  .listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

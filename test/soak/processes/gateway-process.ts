/** One of the gateways, as an app would have it, and what it says of itself. */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import express from 'express';
import { apiKey, createMcpGateway, hardenServer } from '../../../src/index.ts';
import type { Note } from './note.ts';
import { redisStore } from './redis-store.ts';
import { resources } from './resources.ts';
import { type ChildSettings, serveAsChild, settingsOfChild } from './serve-as-child.ts';

export interface GatewaySettings extends ChildSettings {
  readonly targets: string[];
  readonly redisUrl: string;
  readonly apiKey: string;
  /** Where notes go, one a line; it outlives the process. */
  readonly notesFile: string;
}

/** Less than after what time a store is taken to have failed: 250 ms. */
const SLOW_STORE_MS = 200;

const settings = settingsOfChild<GatewaySettings>();

type Told<T> = T extends Note ? Omit<T, 'gateway'> : never;

function note(fact: Told<Note>): void {
  appendFileSync(settings.notesFile, `${JSON.stringify({ ...fact, gateway: settings.id })}\n`);
}

const store = await redisStore(settings.redisUrl, (from, to) => {
  if (to - from >= SLOW_STORE_MS) note({ kind: 'slow store', from, to });
});

const app = express();
app.set('trust proxy', 'loopback');

const sha256 = createHash('sha256').update(settings.apiKey).digest('hex');
const gateway = createMcpGateway({
  target: settings.targets,
  auth: apiKey({ keys: [{ sha256, subject: 'soak' }] }),
  sessions: { store, ttl: '10m' },
  breaker: { openFor: '1s' },
  observe: {
    onTarget({ target, state, reason }) {
      note({ kind: 'target', at: Date.now(), target, state, reason });
    },
  },
  onError({ reason, cause }, { headers }) {
    const request = String(headers['x-request-id'] ?? '');
    note({ kind: 'error', request, reason, cause: String(cause) });
  },
});
app.use(gateway);

hardenServer(serveAsChild(settings, app, { resources, targets: () => gateway.targets() }));

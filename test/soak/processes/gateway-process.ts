/** The process of one gateway, in an app. It writes notes about its failures and targets. */
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
  /** The file for notes, one a line. It stays when the process is killed. */
  readonly notesFile: string;
}

/** A little less than 250 ms, after which the gateway takes a store for failed. */
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

/** An MCP server with sessions in memory, which writes down each call that it executes. */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { createUpstream } from '../../../examples/demo/upstream.ts';
import { StreamEvents } from '../../../examples/scale-out/stream-events.ts';
import { type ChildSettings, serveAsChild, settingsOfChild } from './serve-as-child.ts';

export interface UpstreamSettings extends ChildSettings {
  /** The file stays complete when the process is killed, because written data belongs to the system. */
  readonly executedFile: string;
}

/** The official server's name for the stream that a GET opens. */
const STANDING_STREAM = '_GET_stream';
const BETWEEN_EVENTS_MS = 500;

const settings = settingsOfChild<UpstreamSettings>();
const eventsOf = new Map<string, StreamEvents>();

function createServer(): McpServer {
  // The version tells the client in which process its session lives.
  const server = new McpServer({ name: 'soak', version: settings.id });
  server.registerTool(
    'count',
    { inputSchema: z.object({ number: z.number(), ms: z.number() }) },
    async ({ number, ms }) => {
      appendFileSync(settings.executedFile, `${number} ${settings.id}\n`);
      await setTimeout(ms);
      return { content: [{ type: 'text', text: settings.id }] };
    },
  );
  return server;
}

const upstream = createUpstream(createServer, () => {
  const session = randomUUID();
  const eventStore = new StreamEvents();
  eventsOf.set(session, eventStore);
  // Every other session gets answers in JSON. Their head comes when the call is done. Until then, a proxy
  // could send the call again without a client noticing it.
  const enableJsonResponse = eventsOf.size % 2 === 0;
  return { sessionIdGenerator: () => session, eventStore, enableJsonResponse };
});

const timer = setInterval(() => upstream.announceTools(), BETWEEN_EVENTS_MS);

/** Ends the events; gives the number of the last one of each session. */
async function stopEvents(): Promise<Record<string, number>> {
  clearInterval(timer);
  await setImmediate();
  const numbers = [...eventsOf].map(([id, events]) => [id, events.lastOf(STANDING_STREAM)]);
  return Object.fromEntries(numbers);
}

// The gateway drops idle connections long before that, also on a machine that stands still for a while.
serveAsChild(settings, upstream.app, { stopEvents }).keepAliveTimeout = 65_000;

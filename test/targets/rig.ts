import express from 'express';
import {
  createMcpGateway,
  type GatewayConfig,
  type GatewayError,
  type McpGateway,
  type SessionStore,
} from '../../src/index.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';
import { requestBytes } from '../support/client/request.ts';
import { serve } from '../support/servers.ts';
import { beginSession, type Instance, type SessionClient, sessionClient } from './support.ts';

/** A gateway in front of instances. */
export interface Rig {
  readonly gateway: McpGateway;
  readonly port: number;
  /** Everything `onError` was told. */
  readonly errors: GatewayError[];
}

export async function startRig(
  all: readonly Pick<Instance, 'url'>[],
  config: Partial<GatewayConfig> = {},
): Promise<Rig> {
  const errors: GatewayError[] = [];
  const gateway = createMcpGateway({
    target: all.map(({ url }) => url),
    onError: (error) => errors.push(error),
    ...config,
  });
  const { port } = await serve(express().use(gateway));
  return { gateway, port, errors };
}

/** A list of instances that may be taken as a pair. */
export type Pair = [Instance, Instance];

/** Begins sessions until there is one at this instance. */
export async function sessionAt(
  port: number,
  { name }: Instance,
  headers: Readonly<Record<string, string>> = {},
): Promise<SessionClient> {
  for (;;) {
    const session = await beginSession(port, headers);
    if (session.home === name) return session;
  }
}

/** The same session, through another gateway. */
export function through(
  port: number,
  { id, home }: SessionClient,
  headers: Readonly<Record<string, string>> = {},
): SessionClient {
  return sessionClient(port, id, home, headers);
}

/** Opens an event stream that belongs to no session, and waits for its first event, or for a refusal. */
export async function openStream(
  port: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawClient> {
  const client = await rawClient(port);
  client.send(requestBytes({ method: 'GET', headers: { ...headers, Connection: undefined } }));
  await client.has(/data: 1\n\n|^HTTP\/1.1 [45]/);
  return client;
}

/** A store that several gateways share, and that can be seen into. */
export class SharedStore implements SessionStore {
  readonly entries: Map<string, string> = new Map();

  get(key: string): string | undefined | Promise<string | undefined> {
    return this.entries.get(key);
  }

  add(key: string, value: string): string | Promise<string> {
    const kept = this.entries.get(key) ?? value;
    this.entries.set(key, kept);
    return kept;
  }

  delete(key: string): unknown {
    return this.entries.delete(key);
  }
}

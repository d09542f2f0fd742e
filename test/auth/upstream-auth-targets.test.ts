import { describe, expect, test } from '@jest/globals';
import express from 'express';
import {
  createMcpGateway,
  type GatewayError,
  type McpGateway,
  upstreamAuth,
} from '../../src/index.ts';
import { headerOf, valuesOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { challenge, document, METADATA, PUBLIC, WELL_KNOWN } from './support/protected-upstream.ts';

type Respond = Parameters<typeof recordingUpstream>[0];

const REST = { authorization_servers: ['https://idp.example'] };
const PATH_FORM = `${WELL_KNOWN}/mcp`;

interface Instance {
  readonly url: string;
  /** Paths that were asked for. */
  asked(): string[];
}

async function instance(respond: NonNullable<Respond>): Promise<Instance> {
  const upstream = await recordingUpstream(respond);
  const url = `${new URL(upstream.target as string).origin}/mcp`;
  return { url, asked: () => upstream.seen.map(({ url: path }) => path) };
}

/** An instance that is a protected resource, and names itself. */
const protectedInstance = () =>
  instance((req, res) => {
    const { origin } = new URL(`http://${req.headers.host}`);
    if (req.url === PATH_FORM) document({ resource: `${origin}/mcp`, ...REST })(req, res);
    else challenge(`Bearer resource_metadata="${origin}${PATH_FORM}"`)(req, res);
  });

/** Ports that no system gives to a server that asks for any. */
const nobody = async (port = 1) => ({ url: `http://127.0.0.1:${port}/mcp` });

interface Rig {
  readonly gateway: McpGateway;
  readonly port: number;
  readonly errors: readonly GatewayError[];
}

async function start(all: readonly { readonly url: string }[]): Promise<Rig> {
  const errors: GatewayError[] = [];
  const gateway = createMcpGateway({
    target: all.map(({ url }) => url),
    publicUrl: PUBLIC,
    auth: upstreamAuth(),
    onError: (error) => errors.push(error),
  });
  const { port } = await serve(express().use(gateway));
  return { gateway, port, errors };
}

const metadata = ({ port }: Rig) => send(port, { method: 'GET', path: PATH_FORM });

describe('an upstream that is protected itself, in several instances', () => {
  test('the challenge of each names the document of the gateway', async () => {
    const all = [await protectedInstance(), await protectedInstance()];
    const { port, errors } = await start(all);
    for (let i = 0; i < 20; i++) {
      const answer = await send(port);
      expect([answer.status, valuesOf(answer, 'www-authenticate')]).toEqual([
        401,
        [`Bearer resource_metadata="${METADATA}"`],
      ]);
    }
    for (const { asked } of all) expect(asked()).not.toEqual([]);
    expect(errors).toEqual([]);
  });

  test('the document names the gateway, whichever instance has written it', async () => {
    const all = [await protectedInstance(), await protectedInstance()];
    for (const order of [all, all.toReversed()]) {
      const answer = await metadata(await start(order));
      expect(JSON.parse(answer.body)).toEqual({ ...REST, resource: PUBLIC });
    }
    for (const { asked } of all) expect(asked()).toEqual([PATH_FORM]);
  });

  test('what a challenge of one names at itself is asked for at another as well', async () => {
    const elsewhere = await instance((req, res) => {
      const { origin } = new URL(`http://${req.headers.host}`);
      if (req.url === '/meta') document({ resource: `${origin}/mcp`, ...REST })(req, res);
      else if (req.url === '/mcp') challenge(`Bearer resource_metadata="${origin}/meta"`)(req, res);
      else res.writeHead(404).end();
    });
    const rig = await start([await nobody(), elsewhere]);
    expect((await send(rig.port)).status).toBe(401);
    expect((await metadata(rig)).status).toBe(200);
    expect(elsewhere.asked()).toEqual(['/mcp', '/meta']);
  });
});

describe('the document comes from the next instance', () => {
  const silent: [string, () => Promise<{ readonly url: string }>][] = [
    ['where nobody listens', () => nobody()],
    ['that ends the connection', () => instance((req) => void req.socket.destroy())],
    ['that says nothing', () => instance(() => {})],
    ['that stops within its answer', () => instance((_req, res) => void res.write('{'))],
  ];

  test.each(silent)('where there is one %s', async (_, first) => {
    const well = await protectedInstance();
    const rig = await start([await first(), well]);
    holdTimers();
    const answer = await inHeldTime(metadata(rig));
    expect([answer.status, headerOf(answer, 'content-type')]).toEqual([200, 'application/json']);
    expect(JSON.parse(answer.body)).toEqual({ ...REST, resource: PUBLIC });
    expect(well.asked()).toEqual([PATH_FORM]);
    expect(rig.errors).toEqual([]);
  });

  test('where two are down', async () => {
    const rig = await start([await nobody(1), await nobody(2), await protectedInstance()]);
    expect((await metadata(rig)).status).toBe(200);
    expect(rig.errors).toEqual([]);
  });

  test('where one is drained, which hears nothing', async () => {
    const [drained, well] = [await protectedInstance(), await protectedInstance()];
    const rig = await start([drained, well]);
    await rig.gateway.drain(drained.url, { graceMs: 0 });
    expect((await metadata(rig)).status).toBe(200);
    expect([drained.asked(), well.asked()]).toEqual([[], [PATH_FORM]]);
  });

  test('and not where one has none, or a bad one: all instances say the same', async () => {
    const well = await protectedInstance();
    const none = await instance((_req, res) => void res.writeHead(404).end());
    expect((await metadata(await start([none, well]))).status).toBe(404);
    const bad = await instance((_req, res) => void res.end('<html>'));
    const answer = await metadata(await start([bad, well]));
    expect([answer.status, reasonOf(answer)]).toEqual([502, 'upstream_invalid']);
    expect(well.asked()).toEqual([]);
  });

  test('and where all are down, the answer is 502, reported once', async () => {
    const rig = await start([await nobody(1), await nobody(2)]);
    const answer = await metadata(rig);
    expect([answer.status, reasonOf(answer)]).toEqual([502, 'upstream_unreachable']);
    expect(rig.errors.map(({ reason }) => reason)).toEqual(['upstream_unreachable']);
  });
});

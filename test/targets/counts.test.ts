import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type RawClient, rawClient } from '../support/client/raw.ts';
import { requestBytes } from '../support/client/request.ts';
import { until } from '../support/jwt/gate.ts';
import { reset } from '../support/servers.ts';
import { type Rig, startRig } from './rig.ts';
import { type Answering, INITIALIZE, type Instance, instances, JSON_TYPE } from './support.ts';

/** What an instance does with a request that says so in `X-Do`. */
const DEEDS: Readonly<Record<string, Answering>> = {
  'server error': (_req, res) => void res.writeHead(503, JSON_TYPE).end('{}'),
  'lost before the head': (req) => reset(req.socket),
  'lost in the body': (req, res) => {
    res.writeHead(200, { 'Content-Length': 100 }).write('{', () => reset(req.socket));
  },
  'no answer': () => {},
};

function obey(instance: Instance): void {
  instance.answering = (req, res, body) => {
    const deed = DEEDS[String(req.headers['x-do'])];
    if (deed === undefined) instance.serve(req, res, body);
    else deed(req, res, body);
  };
}

interface Scene extends Rig {
  readonly all: readonly Instance[];
}

async function sending(port: number, outgoing: Parameters<typeof requestBytes>[0]) {
  return (await rawClient(port)).send(requestBytes(outgoing));
}

/** Sends it, and leaves when it has arrived somewhere, or was refused. */
async function leave({ port, all }: Scene, method: string, headers: object): Promise<void> {
  const mark = randomUUID();
  const client = await sending(port, { method, headers: { ...headers, 'X-Mark': mark } });
  const hasArrived = () => all.some(({ heads }) => heads.some((head) => head['x-mark'] === mark));
  await until(() => hasArrived() || client.ending !== undefined);
  client.socket.destroy();
}

async function useSession({ port }: Scene): Promise<void> {
  const text = await (await sending(port, { body: INITIALIZE })).closed();
  const id = /^mcp-session-id: (\S+)/im.exec(text)?.[1];
  // No target may be left at the moment.
  if (id === undefined) return;
  const headers = { 'Mcp-Session-Id': id };
  const stream: RawClient = await sending(port, { method: 'GET', headers });
  await stream.has(/data: 1\n\n|^HTTP\/1.1 [45]/);
  await (await sending(port, { headers })).closed();
  stream.socket.destroy();
  await (await sending(port, { method: 'DELETE', headers })).closed();
}

/** Each ends when its client is done. */
const ACTIONS: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  call: async ({ port }) => (await sending(port, {})).closed(),
  'unknown session': async ({ port }) =>
    (await sending(port, { headers: { 'Mcp-Session-Id': 'unknown' } })).closed(),
  session: useSession,
  'stream that its client leaves': (scene) => leave(scene, 'GET', {}),
  'call that its client leaves': (scene) => leave(scene, 'POST', { 'X-Do': 'no answer' }),
  async 'half a body'({ port }) {
    const client = await rawClient(port);
    client.send(requestBytes({ body: 'x'.repeat(100) }).subarray(0, -50));
    await new Promise(setImmediate);
    client.socket.destroy();
  },
  ...Object.fromEntries(
    ['server error', 'lost before the head', 'lost in the body'].map((deed) => [
      deed,
      async ({ port }: Scene) => (await sending(port, { headers: { 'X-Do': deed } })).closed(),
    ]),
  ),
};

test('when all requests are over, however they ended, none is counted at any target', async () => {
  const all = await instances(3);
  for (const instance of all) obey(instance);
  // No system gives this port to a server that asks for any.
  const nobody = { url: 'http://127.0.0.1:1/mcp' };
  const states = new Set<string>();
  let most = 0;
  let failovers = 0;
  const mixes = fc.array(fc.constantFrom(...Object.keys(ACTIONS)), {
    minLength: 10,
    maxLength: 30,
  });
  const property = fc.asyncProperty(mixes, async (names) => {
    const breaker = { failures: 3, openFor: '1s' };
    const rig = await startRig([nobody, ...all], {
      breaker,
      heartbeat: false,
      headers: { forward: ['X-Do', 'X-Mark'] },
    });
    const scene = { ...rig, all };
    const look = () => {
      for (const { state, open } of rig.gateway.targets()) {
        states.add(state);
        most = Math.max(most, open);
      }
    };
    for (const instance of all) instance.on('seen', look);
    await Promise.all(names.map((name) => ACTIONS[name]?.(scene)));
    look();
    failovers += rig.gateway.targets()[0]?.failures ?? 0;
    const isIdle = () =>
      rig.gateway.targets().every(({ open, streams }) => open === 0 && streams === 0);
    await until(isIdle);
    // Nothing is counted twice or below zero later either.
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(rig.gateway.targets().map(({ open, streams }) => [open, streams])).toEqual(
      Array(4).fill([0, 0]),
    );
    for (const instance of all) instance.off('seen', look);
  });
  await fc.assert(property, { numRuns: 20 });
  // All of it has happened.
  expect([...states]).toEqual(expect.arrayContaining(['closed', 'open']));
  expect(most).toBeGreaterThan(1);
  expect(failovers).toBeGreaterThan(0);
});

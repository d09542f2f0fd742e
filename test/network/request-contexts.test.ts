import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { GatewayContext, Observer } from '../../src/index.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

const names = new AsyncLocalStorage<string>();

/** Who asked, and in whose context that is told. */
type Told = readonly [what: string, who: unknown, context: string | undefined];

const JSON_TYPE = 'application/json';
const STREAM = 'text/event-stream';

const NAMES = ['first', 'second', 'third', 'last'];

async function writeEach(res: ServerResponse, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    res.write(piece);
    await new Promise(setImmediate);
  }
  res.end();
}

/** What is told of requests that go one after the other over one connection; the last is broken off. */
async function toldWith(engine: 'http-proxy-middleware' | 'undici', type: string) {
  const told: Told[] = [];
  const note =
    (what: string) =>
    (_of: unknown, { req }: Pick<GatewayContext, 'req'>) => {
      told.push([what, req.headers['x-name'], names.getStore()]);
    };
  const observer: Observer = {
    onResponse: note('response'),
    onEvent: note('event'),
    onClose: note('close'),
  };
  let requests = 0;
  const ports = new Set<number | undefined>();
  const upstream = await recordingUpstream((req, res) => {
    ports.add(req.socket.remotePort);
    requests += 1;
    if (requests === NAMES.length) {
      res.destroy();
      return;
    }
    res.writeHead(200, { 'Content-Type': type });
    void writeEach(
      res,
      ['{"a":', '1}'].map((data) => (type === STREAM ? `data: ${data}\n\n` : data)),
    );
  });
  const gateway = await startGateway(
    { target: upstream.target, engine, observe: observer, onError: note('error') },
    (app) => app.use((req, _res, next) => names.run(String(req.headers['x-name']), next)),
  );
  for (const name of NAMES) {
    await send(gateway.port, { headers: { 'X-Name': name } });
  }
  expect(ports.size).toBe(1);
  return told;
}

describe.each(['http-proxy-middleware', 'undici'] as const)('over %s', (engine) => {
  test.each([JSON_TYPE, STREAM])(
    'what becomes of a request is told in its own context, on a connection that others used: %s',
    async (type) => {
      const told = await toldWith(engine, type);
      expect(told).toHaveLength(type === STREAM ? 4 * 2 + 3 * 2 + 1 : 4 * 2 + 1);
      expect(told.filter(([, who, context]) => who !== context)).toEqual([]);
    },
  );
});

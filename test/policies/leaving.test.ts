import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { denyTools, type Policy, type RequestRecord } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { headOf } from '../support/client/request.ts';
import { post } from '../support/client/send.ts';
import { call } from '../support/messages.ts';
import { reset } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';
import { guarded } from './support/guarded.ts';

const BODY = call('t');
const HALF = BODY.slice(0, 20);
const HEAD = `${headOf()}Content-Length: ${BODY.length}\r\n\r\n`;
const CHUNKED = `${headOf()}Transfer-Encoding: chunked\r\n\r\n`;

/** A gateway that tells of bytes that came to it, and of requests that are over. */
async function watched(policies: Policy) {
  const upstream = await rawUpstream();
  const events = new EventEmitter();
  const records: RequestRecord[] = [];
  const gateway = await guarded(
    policies,
    {
      target: upstream.target,
      observe: {
        onClose(record) {
          records.push(record);
          events.emit('over');
        },
      },
    },
    (app) => {
      app.use((req, _res, next) => {
        const { push } = req;
        req.push = (...args) => {
          events.emit('bytes');
          return push.apply(req, args);
        };
        next();
      });
    },
  );
  return { ...gateway, upstream, records, next: (event: string) => once(events, event) };
}

function leave(socket: Socket, how: 'destroy' | 'reset'): void {
  if (how === 'reset') reset(socket);
  else socket.destroy();
}

describe.each(['destroy', 'reset'] as const)('a client that leaves (%s)', (how) => {
  test.each([
    ['Content-Length', HEAD + HALF],
    ['chunked', `${CHUNKED}14\r\n${HALF}\r\n`],
  ])(
    'while its body is read, by %s: no policy is asked, nothing goes upstream',
    async (_by, bytes) => {
      let asked = 0;
      const { port, upstream, records, errors, next } = await watched(() => ++asked > 0);
      const arrived = next('bytes');
      const client = (await rawClient(port)).send(bytes);
      await arrived;
      const over = next('over');
      leave(client.socket, how);
      await over;
      expect((await post(port, 'no JSON')).status).toBe(400);
      expect([asked, upstream.connections]).toEqual([0, []]);
      expect(errors.map(({ reason }) => reason)).toEqual(['parse_error']);
      expect(records[0]).toMatchObject({ end: 'client_left', status: undefined, bytesIn: 0 });
    },
  );

  test.each<[what: string, settle: (decision: PromiseWithResolvers<boolean>) => void]>([
    ['allows', ({ resolve }) => resolve(true)],
    ['denies', ({ resolve }) => resolve(false)],
    ['fails', ({ reject }) => reject(new Error('late'))],
  ])('while a policy thinks that then %s: nothing goes upstream', async (_what, settle) => {
    const decision = Promise.withResolvers<boolean>();
    const asked = Promise.withResolvers<void>();
    const { port, upstream, records, errors, next } = await watched(() => {
      asked.resolve();
      return decision.promise;
    });
    const client = (await rawClient(port)).send(HEAD + BODY);
    await asked.promise;
    const over = next('over');
    leave(client.socket, how);
    await over;
    settle(decision);
    expect((await post(port, 'no JSON')).status).toBe(400);
    expect(upstream.connections).toEqual([]);
    expect(errors.map(({ reason }) => reason)).toEqual(['parse_error']);
    expect(records[0]).toMatchObject({ end: 'client_left', slot: 'policies', status: undefined });
  });
});

test('a request that somebody else answers while its body is read is neither judged nor forwarded', async () => {
  let asked = 0;
  const answered = Promise.withResolvers<void>();
  const { port, upstream } = await guarded(
    () => ++asked > 0,
    {},
    (app) => {
      app.use((req, res, next) => {
        next();
        req.once('data', () => {
          res.writeHead(503).write('busy');
          answered.resolve();
        });
        // Still open when the last byte has come.
        req.once('end', () => setImmediate(() => res.end()));
      });
    },
  );
  const client = (await rawClient(port)).send(HEAD + HALF);
  await answered.promise;
  client.send(BODY.slice(20));
  await client.closed();
  expect([client.statuses, asked, upstream.seen]).toEqual([[503], 0, []]);
});

describe('who reads the body', () => {
  const SIZED = { head: HEAD, half: HALF, rest: BODY.slice(20) };
  const size = (BODY.length - 20).toString(16);
  const PIECES = {
    head: CHUNKED,
    half: `14\r\n${HALF}\r\n`,
    rest: `${size}\r\n${BODY.slice(20)}\r\n0\r\n\r\n`,
  };
  const framings = [
    ['Content-Length', SIZED],
    ['chunked', PIECES],
  ] as const;

  test.each(framings)(
    'without policies nobody does, by %s: its bytes stream',
    async (_by, body) => {
      const upstream = await rawUpstream();
      const { port } = await guarded(undefined, { target: upstream.target });
      const client = (await rawClient(port)).send(body.head + body.half);
      const connection = await upstream.connection(0);
      // It has the first half while nobody has sent the second.
      expect(await connection.has(/"jsonrpc/)).toContain(HALF);
      expect(connection.received).not.toContain('tools/call');
      client.send(body.rest);
      expect(await connection.has(/\}\}\}?(\r\n0\r\n\r\n)?$/)).toContain('tools/call');
    },
  );

  test.each(framings)(
    'with policies the gateway does, by %s: it goes upstream whole',
    async (_by, body) => {
      for (const policy of [() => true, denyTools('x')]) {
        const { port, upstream, next } = await watched(policy);
        const arrived = next('bytes');
        const client = (await rawClient(port)).send(body.head + body.half);
        await arrived;
        // A whole request on another connection gets its answer meanwhile.
        expect((await post(port, 'no JSON')).status).toBe(400);
        expect(upstream.connections).toEqual([]);
        client.send(body.rest);
        const connection = await upstream.connection(0);
        expect(await connection.has(/\}\}$/)).toMatch(/content-length: \d+\r\n/i);
        expect(connection.received.endsWith(`\r\n\r\n${BODY}`)).toBe(true);
      }
    },
  );

  test('policies: false is none: what is no message passes as well', async () => {
    const { port, forwarded } = await guarded(false);
    expect((await post(port, 'no JSON', { headers: { 'Content-Type': undefined } })).status).toBe(
      200,
    );
    expect(forwarded()).toEqual(['no JSON']);
  });
});

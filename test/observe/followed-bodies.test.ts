import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, jest, test } from '@jest/globals';
import type { Observer } from '../../src/index.ts';
import { FOLLOW, type FollowingObserver, type Sending } from '../../src/slots/observe/follower.ts';
import { rawClient } from '../support/client/raw.ts';
import type { Framing } from '../support/client/request.ts';
import { headOf, rawRequest } from '../support/client/request.ts';
import { post, send } from '../support/client/send.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { atTestEnd } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

/** An observer that stands around what is sent. */
function follower(needsMessages = true): { observer: Observer; sendings: Sending[] } {
  const sendings: Sending[] = [];
  const observer: FollowingObserver = {
    [FOLLOW]: () => ({
      needsMessages,
      onSending(sending, go) {
        sendings.push(sending);
        go();
      },
    }),
  };
  return { observer, sendings };
}

const LIMIT = 64 * 1024;

function call(length: number): string {
  const text = (filler: string) =>
    `{"jsonrpc":"2.0","id":"7","method":"tools/call","params":{"name":"add","_meta":{"a":"b"},"x":"${filler}"}}`;
  return text('x'.repeat(Math.max(0, length - text('').length)));
}

const FRAMINGS: readonly Framing[] = ['Content-Length', 'chunked', 'chunked, byte by byte'];

describe('a body that is looked into before it is sent', () => {
  for (const framing of FRAMINGS) {
    const lengths = framing === 'chunked, byte by byte' ? [200] : [200, LIMIT, LIMIT + 1, 300_000];
    test.each(lengths)(`${framing}, %i bytes: arrives as it was sent`, async (length) => {
      const { target, seen } = await recordingUpstream();
      const { observer, sendings } = follower();
      const told = witness();
      const { port } = await startGateway({ target, observe: [observer, told] });
      const body = call(length);
      const { status } = await post(port, body, { framing });
      expect(status).toBe(200);
      expect(seen.map((request) => request.body.toString())).toEqual([body]);
      expect(await told.record()).toMatchObject({ bytesIn: body.length });
      const { id, meta, name } = sendings[0]?.messages[0] ?? {};
      const known = { id: '7', meta: { a: 'b' }, name: 'add' };
      expect({ id, meta, name }).toEqual(
        body.length <= LIMIT ? known : { id: undefined, meta: undefined, name: undefined },
      );
    });
  }

  test('what is no JSON arrives as it was sent', async () => {
    const { target, seen } = await recordingUpstream((_req, res) => void res.end());
    const { observer } = follower();
    const { port } = await startGateway({ target, observe: observer });
    for (const body of ['{', '\ufeff{}', 'null', '[[]]', '']) await post(port, body);
    expect(seen.map((request) => request.body.toString())).toEqual([
      '{',
      '\ufeff{}',
      'null',
      '[[]]',
      '',
    ]);
  });

  test('a client that leaves in the middle of it: the upstream hears nothing', async () => {
    holdTimers();
    const { target, seen } = await recordingUpstream();
    const { observer, sendings } = follower();
    const told = witness();
    const { port } = await startGateway({ target, observe: [observer, told] });
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(rawRequest({ body: call(1000) }).slice(0, 400), 'latin1');
    await told.has('onRequest', 1);
    socket.destroy();
    expect(await told.record()).toMatchObject({ end: 'client_left', target: undefined });
    expect(sendings).toEqual([]);
    expect(seen).toEqual([]);
  });

  test('a follower that has no need of the messages: nothing is held back for it', async () => {
    const { observer, sendings } = follower(false);
    const told = witness();
    const heads: number[] = [];
    const { target } = await startEndpoint((_req, res) => {
      heads.push(1);
      res.writeHead(200).end();
    });
    const { port } = await startGateway({ target, observe: [observer, told] });
    const socket = connect(port, '127.0.0.1');
    atTestEnd(() => void socket.destroy());
    await once(socket, 'connect');
    // The rest never comes: the upstream has the request all the same, and answers.
    socket.write(rawRequest({ body: call(1000) }).slice(0, 400), 'latin1');
    await once(socket, 'data');
    expect(heads).toEqual([1]);
    expect(sendings.map(({ messages }) => messages)).toEqual([[]]);
  });

  test('an upstream that cannot be reached is answered for with the id', async () => {
    const { observer } = follower();
    const { port } = await startGateway({ target: 'http://127.0.0.1:1/mcp', observe: observer });
    const answer = await post(port, call(LIMIT));
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body.toString()).id).toBe('7');
  });

  test.each([
    ['Content-Length', 'Content-Length: 10\r\n\r\n{"a":', ' "b"'],
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n', '5\r\n "b"}\r\n0\r\n\r\n'],
  ])('%s: one that its client does not end goes on as it comes', async (_framing, begin, rest) => {
    const arrived: string[] = [];
    const { target } = await startEndpoint((req, res) => {
      req.on('data', (chunk) => {
        arrived.push(chunk.toString());
        // The client waits for that.
        res.write('{}');
      });
      req.on('end', () => res.end());
    });
    const { observer, sendings } = follower();
    const told = witness();
    const { port } = await startGateway({ target, observe: [observer, told] });
    const client = (await rawClient(port)).send(`${headOf()}${begin}`);
    await client.has(/\{\}/);
    expect(arrived).toEqual(['{"a":']);
    client.send(rest.padEnd(5, '}'));
    await client.closed();
    expect(arrived.join('')).toBe('{"a": "b"}');
    expect(sendings.map(({ isRead }) => isRead)).toEqual([false]);
    expect(await told.record()).toMatchObject({ bytesIn: 10, end: 'complete' });
  });

  test('a body that comes whole leaves no timer behind', async () => {
    holdTimers();
    const { target, seen } = await recordingUpstream();
    const { observer } = follower();
    const { port } = await startGateway({ target, observe: observer });
    await post(port, call(200));
    jest.advanceTimersByTime(10_000);
    await post(port, call(200));
    expect(seen.length).toBe(2);
  });

  test('the gateway that closes in the middle of it answers', async () => {
    holdTimers();
    const { target, seen } = await recordingUpstream();
    const { observer } = follower();
    const told = witness();
    const { createMcpGateway } = await import('../../src/index.ts');
    const { default: express } = await import('express');
    const { serve } = await import('../support/servers.ts');
    const gateway = createMcpGateway({ target, observe: [observer, told] });
    const { port } = await serve(express().use(gateway));
    const socket = connect(port, '127.0.0.1');
    atTestEnd(() => void socket.destroy());
    await once(socket, 'connect');
    socket.write(rawRequest({ body: call(1000) }).slice(0, 400), 'latin1');
    await told.has('onDecision', 1);
    await inHeldTime(gateway.close({ graceMs: 0 }));
    expect(seen).toEqual([]);
    expect(await told.record()).toMatchObject({ target: undefined });
  });

  test('GET and DELETE are followed as well, with no message', async () => {
    const { target, seen } = await recordingUpstream((_req, res) => void res.end());
    const { observer, sendings } = follower();
    const { port } = await startGateway({ target, observe: observer });
    for (const method of ['GET', 'DELETE']) await send(port, { method });
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'DELETE']);
    expect(sendings.map(({ messages }) => messages)).toEqual([[], []]);
  });

  test('a follower that does not send, sends twice, or fails: it is sent once', async () => {
    const { target, seen } = await recordingUpstream();
    const ways: ((go: () => void) => void)[] = [
      () => {},
      (go) => {
        go();
        go();
      },
      (go) => {
        go();
        throw new Error('late');
      },
    ];
    const observe = ways.map((onSend) => {
      const observer: FollowingObserver = {
        [FOLLOW]: () => ({ onSending: (_, go) => onSend(go) }),
      };
      return observer;
    });
    const { port } = await startGateway({ target, observe });
    expect((await post(port, call(200))).status).toBe(200);
    expect(seen.length).toBe(1);
  });
});

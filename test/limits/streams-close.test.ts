import type { RequestListener } from 'node:http';
import { describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway } from '../../src/index.ts';
import { OpenStreams } from '../../src/slots/streams/open-streams.ts';
import { capStreams } from '../../src/slots/streams/streams.ts';
import { rawClient } from '../support/client/raw.ts';
import { headOf } from '../support/client/request.ts';
import { holdTimers } from '../support/fake-time.ts';
import { nowInSeconds, startIssuer } from '../support/jwt/issued.ts';
import { modern, modernHeaders } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { GET, streaming } from './support/streaming.ts';

const LAST_CHUNK = /\r\n0\r\n\r\n$/;

/** What the upstream of the gateway that closes does, and what is to be seen of it before that. */
const UPSTREAMS: Readonly<Record<string, [answer: RequestListener, sign: RegExp | undefined]>> = {
  'between two events': [(_req, res) => void sendHead(res).write('data: 1\n\n'), /data: 1\n\n/],
  'within an event': [(_req, res) => void sendHead(res).write('data: 1'), /data: 1/],
  'before the head': [() => {}, undefined],
};

function sendHead(res: Parameters<RequestListener>[1]) {
  return res.writeHead(200, { 'Content-Type': 'text/event-stream' });
}

describe('a gateway that closes frees the places of its streams', () => {
  // Those of a gateway are of no more use to anybody; a cap that is shared with another shows them.
  test.each(Object.entries(UPSTREAMS))('%s', async (_when, [answer, sign]) => {
    const arrived = Promise.withResolvers<void>();
    const old = createMcpGateway({
      target: (req, res) => {
        answer(req, res);
        arrived.resolve();
      },
    });
    const next = createMcpGateway({ target: UPSTREAMS['between two events']?.[0] as never });
    const cap = capStreams([{ kind: 'total', most: 1 }], new OpenStreams());
    const { port } = await serve(express().use(cap).use('/old', old).use('/next', next));
    const open = async (mount: string) => {
      const client = (await rawClient(port)).send(`GET ${mount}/mcp HTTP/1.1\r\nHost: x\r\n\r\n`);
      await client.has(/\r\n\r\n/);
      return client.statuses;
    };
    const client = (await rawClient(port)).send('GET /old/mcp HTTP/1.1\r\nHost: x\r\n\r\n');
    await arrived.promise;
    if (sign !== undefined) await client.has(sign);
    expect(await open('/next')).toEqual([429]);

    await old.close({ graceMs: 50 });
    expect(await open('/next')).toEqual([200]);
    expect(await open('/next')).toEqual([429]);
  });
});

const subscription = modern('subscriptions/listen');
const OPENINGS: Readonly<Record<string, [head: string, body: string]>> = {
  GET: [GET, ''],
  'subscriptions/listen': [
    `${headOf({ headers: modernHeaders('subscriptions/listen') })}Content-Length: ${subscription.length}\r\n`,
    subscription,
  ],
  'GET, of the older transport': ['GET /sse HTTP/1.1\r\nHost: x\r\n', ''],
};

/** Far more than the test takes. */
const LIFETIME_S = 60;

describe('a token that expires frees the place of its stream', () => {
  test.each(Object.entries(OPENINGS))('%s', async (_what, [head, body]) => {
    const idp = await startIssuer();
    const { open, observer } = await streaming(
      { perUser: 1, perIp: 1, total: 1 },
      {
        publicUrl: 'https://gateway.example/mcp',
        auth: idp.authWith({ clockTolerance: false }),
        legacySse: { path: '/sse', messagePath: '/messages' },
      },
    );
    const openWith = async (exp: number) => {
      const { Authorization } = await idp.bearer({ exp });
      return open(`${head}Authorization: ${Authorization}\r\n\r\n${body}`);
    };
    holdTimers();
    const first = await openWith(nowInSeconds() + LIFETIME_S);
    expect(first.statuses).toEqual([200]);
    const lasting = nowInSeconds() + 10 * LIFETIME_S;
    expect((await openWith(lasting)).statuses).toEqual([429]);
    jest.advanceTimersByTime(LIFETIME_S * 1000);
    await first.has(LAST_CHUNK);
    expect(await observer.record(1)).toMatchObject({ end: 'token_expired' });
    expect((await openWith(lasting)).statuses).toEqual([200]);
    expect((await openWith(lasting)).statuses).toEqual([429]);
  });
});

import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { rawRequest } from '../support/client/request.ts';
import { call } from '../support/messages.ts';
import { type MeteredGateway, startMetered } from '../support/prometheus/metered-gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

interface Rig extends MeteredGateway {
  /** The answer to the n-th request, from 0, as soon as that has come to the upstream. */
  held(n: number): Promise<ServerResponse>;
  post(signal?: AbortSignal): Promise<Response>;
  /** What is open, by the metrics and by `stats()`. */
  expectOpen(inFlight: number, streams: number): Promise<void>;
}

const STREAM = { 'Content-Type': 'text/event-stream' };

/** A gateway in front of an upstream that answers nothing by itself. */
async function start(config: Partial<GatewayConfig> = {}): Promise<Rig> {
  const answers: ServerResponse[] = [];
  const arrivals = new EventEmitter();
  const { target } = await recordingUpstream((_req, res) => {
    answers.push(res);
    arrivals.emit('request');
  });
  const metered = await startMetered({ target, ...config });
  return {
    ...metered,
    async held(n) {
      while (answers[n] === undefined) await once(arrivals, 'request');
      return answers[n];
    },
    post(signal) {
      const headers = { 'Content-Type': 'application/json' };
      return fetch(metered.url, {
        method: 'POST',
        headers,
        body: call('add'),
        signal: signal ?? null,
      });
    },
    async expectOpen(inFlight, streams) {
      const { requests, streams: open } = metered.gateway.stats();
      expect([
        await metered.value('mcp_gateway_requests_in_flight'),
        await metered.value('mcp_gateway_streams_open'),
      ]).toEqual([inFlight, streams]);
      expect([requests.open - open.open, open.open]).toEqual([inFlight, streams]);
    },
  };
}

async function streamBy(rig: Rig, n = 0): Promise<ServerResponse> {
  const res = await rig.held(n);
  res.writeHead(200, STREAM).write('data: 1\n\n');
  return res;
}

test('before the first request they are there, and 0', async () => {
  const rig = await start();
  await rig.expectOpen(0, 0);
});

test('a call, until it is answered', async () => {
  const rig = await start();
  const answer = rig.post();
  const res = await rig.held(0);
  await rig.expectOpen(1, 0);
  res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  await (await answer).text();
  await rig.told.record();
  await rig.expectOpen(0, 0);
});

test('a client that leaves before the head', async () => {
  const rig = await start();
  const leaving = new AbortController();
  const answer = rig.post(leaving.signal);
  await rig.held(0);
  leaving.abort();
  await expect(answer).rejects.toThrow();
  expect(await rig.told.record()).toMatchObject({ end: 'client_left', status: undefined });
  await rig.expectOpen(0, 0);
  const [{ labels } = { labels: {} }] = await rig.samples('mcp_gateway_requests_total');
  expect(labels).toEqual({ gateway: 'front', method: 'POST', status: '', origin: 'client' });
});

test('a client that leaves in the middle of its request', async () => {
  const rig = await start({ policies: () => true });
  const socket = connect(rig.port, '127.0.0.1');
  socket.write(rawRequest({ path: '/mcp', body: call('add') }).slice(0, -5), 'latin1');
  await rig.told.has('onRequest', 1);
  expect(await rig.value('mcp_gateway_requests_in_flight')).toBe(1);
  socket.destroy();
  await rig.told.record();
  await rig.expectOpen(0, 0);
});

test('an event stream with the answer to a call, until it ends', async () => {
  const rig = await start();
  const answer = rig.post();
  const res = await streamBy(rig);
  await rig.told.has('onEvent', 1);
  await rig.expectOpen(0, 1);
  res.end('data: 2\n\n');
  await (await answer).text();
  await rig.told.record();
  await rig.expectOpen(0, 0);
});

test('a stream that a GET has opened, until the client leaves', async () => {
  const rig = await start();
  const leaving = new AbortController();
  const answer = fetch(rig.url, { signal: leaving.signal });
  await streamBy(rig);
  await answer;
  await rig.told.has('onEvent', 1);
  await rig.expectOpen(0, 1);
  expect(await rig.samples('mcp_gateway_first_event_seconds')).toEqual([]);
  leaving.abort();
  await rig.told.record();
  await rig.expectOpen(0, 0);
});

test('an upstream that dies before the head', async () => {
  const rig = await start();
  const answer = rig.post();
  (await rig.held(0)).destroy();
  expect((await answer).status).toBe(502);
  await rig.told.record();
  await rig.expectOpen(0, 0);
});

test('an upstream that dies in the middle of a stream', async () => {
  const rig = await start();
  const answer = rig.post();
  const res = await streamBy(rig);
  const text = (await answer).text();
  await rig.told.has('onEvent', 1);
  res.destroy();
  await text.catch(() => {});
  await rig.told.record();
  await rig.expectOpen(0, 0);
});

test('a gateway that closes while a call and a stream are open', async () => {
  const rig = await start();
  const answer = rig.post();
  await rig.held(0);
  const stream = fetch(rig.url);
  await streamBy(rig, 1);
  await rig.told.has('onEvent', 1);
  await rig.expectOpen(1, 1);
  await rig.gateway.close({ graceMs: 0 });
  await (await stream).text().catch(() => {});
  expect((await answer).status).toBe(503);
  await rig.told.record(1);
  await rig.expectOpen(0, 0);
  expect((await rig.post()).status).toBe(503);
  await rig.told.record(2);
  await rig.expectOpen(0, 0);
});

test('refusals of a method, an origin, a policy, and an error of a callback', async () => {
  const rig = await start({
    policies: () => false,
    use: () => {
      throw new Error('no');
    },
  });
  await fetch(rig.url, { method: 'PUT' });
  await fetch(rig.url, {
    method: 'POST',
    headers: { origin: 'https://other.example' },
    body: call('add'),
  });
  await fetch(rig.url, { method: 'OPTIONS' });
  await rig.post();
  await fetch(rig.url);
  await rig.told.record(4);
  await rig.expectOpen(0, 0);
  const requests = await rig.samples('mcp_gateway_requests_total');
  expect(requests.reduce((sum, { value }) => sum + value, 0)).toBe(
    rig.gateway.stats().requests.total,
  );
  const refusals = await rig.samples('mcp_gateway_decisions_total');
  const told = rig.told.decisions.filter((decision) => decision.includes('deny'));
  const refused = refusals.map(({ labels: { slot, reason } }) => `${slot}: deny ${reason}`);
  expect(new Set(refused)).toEqual(new Set(told));
  expect(refusals.reduce((sum, { value }) => sum + value, 0)).toBe(told.length);
});

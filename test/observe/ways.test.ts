import { describe, expect, test } from '@jest/globals';
import express, { type Express } from 'express';
import {
  createMcpGateway,
  type GatewayConfig,
  type RequestRecord,
  type SlotName,
} from '../../src/index.ts';
import { readAnswer } from '../support/client/answer.ts';
import { exchange } from '../support/client/raw.ts';
import { type Outgoing, rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { answering, rawUpstream, recordingUpstream } from '../support/upstream.ts';
import { type Witness, witness } from '../support/witness.ts';

/** Every slot is on. */
const ALL: Omit<GatewayConfig, 'target'> = {
  cors: { origin: 'https://app.example' },
  hosts: ['gateway.example'],
  bodyLimit: 100,
  use: (_req, _res, next) => next(),
  headers: {},
};

/** In the order of the chain. */
const SLOTS = ['cors', 'head', 'draining', 'hosts', 'methods', 'bodyLimit', 'use', 'headers'];

/** All slots before this one let it pass, and it refused. */
function deniedBy(slot: string, reason: string): string[] {
  return [...allowedBefore(slot), `${slot}: deny ${reason}`];
}

function allowedBefore(slot: string): string[] {
  return SLOTS.slice(0, SLOTS.indexOf(slot)).map((name) => `${name}: allow`);
}

const ALLOWED = SLOTS.map((name) => `${name}: allow`);

interface Way {
  readonly config?: Partial<GatewayConfig>;
  readonly request?: Outgoing | string;
  readonly prepare?: (app: Express) => void;
  readonly decisions: string[];
  readonly record: Partial<RequestRecord>;
}

const chunked = (body: string) =>
  rawRequest({ headers: ['Transfer-Encoding: chunked'] }).replace(
    /Content-Type.*/s,
    `\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  );

const refused = (slot: SlotName, reason: string, status: number): Way['record'] => ({
  slot,
  reason: reason as RequestRecord['reason'],
  status,
});

const WAYS: Record<string, Way> = {
  'a call that is answered': {
    decisions: ALLOWED,
    record: { method: 'POST', slot: 'relay', reason: 'relayed', status: 200 },
  },
  'a call with a chunked body': {
    request: chunked('{"a":1}'),
    decisions: ALLOWED,
    record: { slot: 'relay', reason: 'relayed', status: 200, bytesIn: 7 },
  },
  'a call from an allowed page': {
    request: { headers: ['Origin: https://app.example'] },
    decisions: ALLOWED,
    record: { slot: 'relay', reason: 'relayed', status: 200 },
  },
  DELETE: {
    request: { method: 'DELETE' },
    decisions: ALLOWED,
    record: { method: 'DELETE', slot: 'relay', reason: 'relayed', status: 200, bytesIn: 0 },
  },
  'a preflight, which CORS answers': {
    request: {
      method: 'OPTIONS',
      headers: ['Origin: https://app.example', 'Access-Control-Request-Method: POST'],
    },
    decisions: [],
    record: { method: 'OPTIONS', slot: 'cors', reason: 'answered', status: 204, bytesOut: 0 },
  },
  'another origin': {
    request: { headers: ['Origin: https://evil.example'] },
    decisions: deniedBy('cors', 'origin_not_allowed'),
    record: refused('cors', 'origin_not_allowed', 403),
  },
  'a repeated header': {
    request: { headers: ['Mcp-Name: a', 'Mcp-Name: a'] },
    decisions: deniedBy('head', 'repeated_header'),
    record: refused('head', 'repeated_header', 400),
  },
  'another host': {
    config: { hosts: ['other.example'] },
    decisions: deniedBy('hosts', 'host_not_allowed'),
    record: refused('hosts', 'host_not_allowed', 403),
  },
  'another method': {
    request: { method: 'PUT' },
    decisions: deniedBy('methods', 'method_not_allowed'),
    record: refused('methods', 'method_not_allowed', 405),
  },
  'HEAD, whose answer has no body': {
    request: { method: 'HEAD' },
    decisions: deniedBy('methods', 'method_not_allowed'),
    record: { ...refused('methods', 'method_not_allowed', 405), bytesOut: 0 },
  },
  'a body where there is none to be': {
    request: { method: 'GET', body: '{}' },
    decisions: deniedBy('methods', 'unexpected_body'),
    record: refused('methods', 'unexpected_body', 400),
  },
  'a body that is declared too large': {
    request: { body: 'x'.repeat(101) },
    decisions: deniedBy('bodyLimit', 'payload_too_large'),
    record: { ...refused('bodyLimit', 'payload_too_large', 413), bytesIn: 0 },
  },
  'a body that turns out too large, on its way upstream': {
    request: chunked('x'.repeat(101)),
    decisions: [...ALLOWED, 'bodyLimit: deny payload_too_large'],
    record: refused('bodyLimit', 'payload_too_large', 413),
  },
  'a middleware of the host that answers': {
    config: { use: (_req, res) => void res.status(418).send('short and stout') },
    decisions: allowedBefore('use'),
    record: { slot: 'use', reason: 'answered', status: 418, bytesOut: 15, bytesIn: 0 },
  },
  'a middleware of the host that answers, and goes on all the same': {
    config: {
      use(_req, res, next) {
        res.status(418).send('short and stout');
        next();
      },
    },
    decisions: allowedBefore('use'),
    record: { slot: 'use', reason: 'answered', status: 418, bytesOut: 15, bytesIn: 0 },
  },
  'a middleware of the host that fails': {
    config: { use: (_req, _res, next) => next(new Error('no')) },
    decisions: deniedBy('use', 'internal_error'),
    record: refused('use', 'internal_error', 500),
  },
  'a header that cannot be computed': {
    config: { headers: { set: { 'X-Late': () => Promise.reject(new Error('no')) } } },
    decisions: deniedBy('headers', 'internal_error'),
    record: refused('headers', 'internal_error', 500),
  },
  'a body that was read before': {
    prepare: (app) => app.use(express.json()),
    decisions: ALLOWED,
    record: { ...refused('relay', 'body_consumed', 500), bytesIn: 0 },
  },
  'an upstream that is not there': {
    config: { target: 'http://127.0.0.1:1/' },
    decisions: ALLOWED,
    record: refused('relay', 'upstream_unreachable', 502),
  },
};

/** Of these some bytes went upstream, and never became a request there. */
const BROKEN_OFF: readonly unknown[] = ['payload_too_large', 'upstream_unreachable'];

async function observed(
  config: GatewayConfig,
  prepare?: (app: Express) => void,
): Promise<{ port: number; observer: Witness }> {
  const observer = witness();
  const { port } = await startGateway({ ...ALL, ...config, observe: observer }, prepare);
  return { port, observer };
}

describe('one record a request, of what each slot made of it', () => {
  test.each(Object.entries(WAYS))('%s', async (_name, way) => {
    const upstream = await recordingUpstream();
    const { port, observer } = await observed(
      { target: upstream.target, ...way.config },
      way.prepare,
    );
    const { request } = way;
    const client = await exchange(
      port,
      typeof request === 'string' ? request : rawRequest(request),
    );
    const record = await observer.record();

    expect(observer.decisions).toEqual(way.decisions);
    const { status, body } = readAnswer(client) ?? {};
    const bytesOut = body?.length;
    expect(record).toMatchObject({ path: '/mcp', ip: '127.0.0.1', end: 'complete', events: 0 });
    expect(record).toMatchObject({ status, bytesOut });
    expect(record).toMatchObject(way.record);
    expect(observer.told('onResponse')).toEqual([{ status, headMs: record.headMs }]);
    if (!BROKEN_OFF.includes(record.reason)) {
      expect(record.bytesIn).toBe(upstream.seen[0]?.body.length ?? 0);
    }
    expect(observer.records).toHaveLength(1);
  });

  test.each([
    ['upstream_invalid', 502, answering('HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n')],
    ['upstream_invalid', 502, answering('not HTTP\r\n\r\n')],
    ['upstream_timeout', 504, () => {}],
  ] as const)('an upstream that fails: %s', async (reason, status, onConnection) => {
    const { target } = await rawUpstream(onConnection);
    const { port, observer } = await observed({ target, timeout: { response: 150 } });
    await exchange(port, rawRequest());

    expect(await observer.record()).toMatchObject({
      ...refused('relay', reason, status),
      end: 'complete',
    });
    expect(observer.decisions).toEqual(ALLOWED);
  });

  test('a gateway that is closing', async () => {
    const observer = witness();
    const gateway = createMcpGateway({ ...ALL, target: 'http://127.0.0.1:1/', observe: observer });
    const { port } = await serve(express().use(gateway));
    await gateway.close();
    await exchange(port, rawRequest());

    expect(await observer.record()).toMatchObject(refused('draining', 'draining', 503));
    expect(observer.decisions).toEqual(deniedBy('draining', 'draining'));
  });

  test('a slot that is off decides nothing', async () => {
    const { target } = await recordingUpstream();
    const observer = witness();
    const { port } = await startGateway({
      target,
      cors: false,
      bodyLimit: false,
      observe: observer,
    });
    await exchange(port, rawRequest());
    await observer.record();
    expect(observer.decisions).toEqual(['head: allow', 'draining: allow', 'methods: allow']);
  });

  test('a body too large while a later slot still waits is refused by its limit, and by nothing after', async () => {
    const { target, seen } = await recordingUpstream();
    const observer = witness();
    const { port } = await startGateway({
      ...ALL,
      target,
      observe: observer,
      use: (_req, res, next) => void res.once('close', () => next()),
    });
    await exchange(port, chunked('x'.repeat(101)));

    expect(await observer.record()).toMatchObject(refused('bodyLimit', 'payload_too_large', 413));
    expect(observer.decisions).toEqual([
      ...allowedBefore('use'),
      'bodyLimit: deny payload_too_large',
    ]);
    expect(seen).toEqual([]);
  });
});

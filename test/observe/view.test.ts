import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import {
  type GatewayContext,
  mcpOf,
  type Observer,
  principalOf,
  UpstreamUnavailableError,
} from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const SECRETS = ['key-of-the-client', 'cookie-of-the-client', 'key-for-upstream', 'claim-of-ada'];

const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'add', arguments: {} },
});

const headers = {
  'Content-Type': 'application/json',
  Authorization: 'Bearer key-of-the-client',
  Cookie: 'a=cookie-of-the-client',
};

const auth = () => ({ subject: 'ada', claims: { note: 'claim-of-ada' } });

/** Each callback that is given a context, and what it is told besides. */
function keeping(contexts: GatewayContext[]): Observer {
  return {
    onRequest: (ctx) => void contexts.push(ctx),
    onDecision: (_decision, ctx) => void contexts.push(ctx),
    onResponse: (_head, ctx) => void contexts.push(ctx),
    onEvent: (_event, ctx) => void contexts.push(ctx),
    onClose: (_record, ctx) => void contexts.push(ctx),
  };
}

/** One call that fails, and all contexts that its callbacks were given. */
async function contextsOfFailure(): Promise<GatewayContext[]> {
  const contexts: GatewayContext[] = [];
  const last = witness();
  const { url } = await startGateway({
    target: 'http://127.0.0.1:1/mcp',
    auth,
    policies: () => true,
    headers: {
      set: {
        'X-Api-Key': 'key-for-upstream',
        'X-Computed': (ctx) => {
          contexts.push(ctx);
          return 'computed';
        },
      },
    },
    observe: [keeping(contexts), last],
    onError: (_error, ctx) => void contexts.push(ctx),
  });
  await (await fetch(url, { method: 'POST', headers, body: CALL })).text();
  await last.record();
  return contexts;
}

describe('what observers, onError and functions of headers.set are given', () => {
  test('is one object for all that happens to one request', async () => {
    const contexts = await contextsOfFailure();
    expect(contexts.length).toBeGreaterThan(8);
    expect(new Set(contexts).size).toBe(1);
  });

  test('is another object for the next request', async () => {
    const { target } = await recordingUpstream();
    const contexts: GatewayContext[] = [];
    const last = witness();
    const { url } = await startGateway({ target, observe: [keeping(contexts), last] });
    for (const i of [0, 1]) {
      await (await fetch(url)).text();
      await last.record(i);
    }
    expect(new Set(contexts).size).toBe(2);
  });

  test('tells no secret and nothing of the gateway to a logger, nor to who prints it', async () => {
    const [ctx] = await contextsOfFailure();
    const lines: string[] = [];
    pino({ base: null }, { write: (line) => void lines.push(line) }).info({ ctx }, 'whole');
    pino({ base: null }, { write: (line) => void lines.push(line) }).info(ctx, 'spread');
    const printed = inspect(ctx, { depth: 10, showHidden: true });
    const told = [...lines, JSON.stringify({ ctx }), printed, ...Object.keys(ctx ?? {})].join();
    for (const secret of SECRETS) expect(told).not.toContain(secret);
    expect(told).not.toMatch(/exchange|abandon|headerEdits|stages|observation|rawHeaders/);
    expect(JSON.parse(lines[0] as string)).toMatchObject({ ctx: {}, msg: 'whole' });
    expect(lines.map((line) => line.split('\n').length)).toEqual([2, 2]);
  });

  test('gives the request, its headers, its address, and who it comes from', async () => {
    const { target } = await recordingUpstream();
    const seen: unknown[] = [];
    const last = witness();
    const { url } = await startGateway({
      target,
      auth,
      policies: () => true,
      observe: [
        {
          onRequest: ({ principal }) => void seen.push(principal),
          onClose(_record, { req, ip, headers: own, principal }) {
            seen.push(req.method, ip, own.cookie, principal?.subject);
            seen.push(principalOf(req) === principal, mcpOf(req)?.method);
          },
        },
        last,
      ],
    });
    await (await fetch(url, { method: 'POST', headers, body: CALL })).text();
    await last.record();
    expect(seen).toEqual([
      undefined,
      'POST',
      '127.0.0.1',
      headers.Cookie,
      'ada',
      true,
      'tools/call',
    ]);
  });

  test('has nothing of what slots leave for each other', async () => {
    const [ctx] = await contextsOfFailure();
    const internals = ['mcp', 'identity', 'observation', 'exchange', 'report', 'addStage', 'body'];
    expect(internals.filter((name) => name in (ctx as object))).toEqual([]);
  });

  test('is what the function is given that hears of a refused value', async () => {
    const { target } = await recordingUpstream((_req, res) => void res.writeHead(401).end());
    const contexts: GatewayContext[] = [];
    const compute = Object.assign(() => 'key-for-upstream', {
      onUpstreamUnauthorized: (_value: string, ctx: GatewayContext) => void contexts.push(ctx),
    });
    const last = witness();
    const { url } = await startGateway({
      target,
      headers: { set: { Authorization: compute } },
      observe: [keeping(contexts), last],
    });
    await (await fetch(url)).text();
    await last.record();
    expect(contexts.length).toBeGreaterThan(3);
    expect(new Set(contexts).size).toBe(1);
  });

  test('is what onError is given where a function of headers.set has no value', async () => {
    const contexts: GatewayContext[] = [];
    const last = witness();
    const { url } = await startGateway({
      target: 'http://127.0.0.1:1/mcp',
      headers: {
        set: {
          'X-Key': () => {
            throw new UpstreamUnavailableError('no key');
          },
        },
      },
      observe: [keeping(contexts), last],
      onError: (_error, ctx) => void contexts.push(ctx),
    });
    await (await fetch(url)).text();
    await last.record();
    expect(new Set(contexts).size).toBe(1);
  });
});

import { describe, expect, test } from '@jest/globals';
import express, { type Request, type Response } from 'express';
import {
  bodyLimit,
  denyTools,
  type Middleware,
  mcpOf,
  mcpProxy,
  type Policy,
  policy,
} from '../../src/index.ts';
import { errorOf, outcomeOf } from '../support/client/refusal.ts';
import { FRAMINGS, type Framing } from '../support/client/request.ts';
import { post } from '../support/client/send.ts';
import { HOSTS } from '../support/hosts.ts';
import { call, modern, modernHeaders } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { type RecordingUpstream, recordingUpstream } from '../support/upstream.ts';

const BODY = call('t', { args: '{ "a" : 1.0,"n":9007199254740993}', id: '1e400' });

type WithBody = Request & { rawBody?: unknown };

describe.each(HOSTS)('policy() in %s', (_framework, app) => {
  async function startBefore(upstream: RecordingUpstream, ...policies: Policy[]) {
    const { port } = await serve(app([policy(...policies), mcpProxy({ target: upstream.target })]));
    return port;
  }

  test.each(Object.keys(FRAMINGS) as Framing[])('in front of mcpProxy, by %s', async (framing) => {
    const upstream = await recordingUpstream();
    const port = await startBefore(
      upstream,
      denyTools('x'),
      ({ mcp }) => mcp.arguments?.b === undefined,
    );
    expect((await post(port, BODY, { framing })).status).toBe(200);
    for (const denied of [call('x'), call('t', { args: '{"b":1}' }), `[${BODY},${call('x')}]`]) {
      const answer = await post(port, denied, { framing });
      expect([outcomeOf(answer), errorOf(answer).data.reason]).toEqual([403, 'policy_denied']);
      // A batch has no call of its own to answer.
      expect(answer.status).toBe(denied.startsWith('[') ? 403 : 200);
    }
    expect((await post(port, call('t').replace('{', '{"id":2,'), { framing })).status).toBe(400);
    expect(upstream.seen.map(({ body }) => body.toString())).toEqual([BODY]);
  });

  test('a refusal is the answer to the call, with its id', async () => {
    const port = await startBefore(await recordingUpstream(), denyTools('x'));
    const { status, body } = await post(port, call('x', { id: '12345678901234567890' }));
    expect([status, /"id":12345678901234567890,/.test(body)]).toEqual([200, true]);
  });

  test('a failure of the relay behind it carries the id as well', async () => {
    const { port } = await serve(
      app([policy(() => true), mcpProxy({ target: 'http://127.0.0.1:1' })]),
    );
    const { status, body } = await post(port, BODY);
    expect([status, /"id":1e400,/.test(body)]).toEqual([502, true]);
  });

  test('parses req.body for whoever looks at it, once, and gives way to another', async () => {
    const seen: unknown[] = [];
    const { port } = await serve(
      app([
        policy(() => true),
        (req, res) => {
          const own = req as typeof req & { body?: unknown };
          const isUnread = Object.getOwnPropertyDescriptor(own, 'body')?.get !== undefined;
          const { body } = own;
          seen.push(isUnread, 'body' in own, Object.keys(own).includes('body'), own.body === body);
          own.body = 'mine';
          seen.push(own.body);
          res.end();
        },
      ]),
    );
    expect((await post(port, BODY)).status).toBe(200);
    expect(seen).toEqual([true, true, true, true, 'mine']);
  });

  test('leaves the bytes in req.rawBody, what they say in req.body, and the message', async () => {
    const found: { raw: string; body: unknown; name: unknown }[] = [];
    const take: Middleware = (req, res) => {
      const { rawBody, body } = req as WithBody;
      found.push({ raw: String(rawBody), body, name: mcpOf(req)?.name });
      res.end();
    };
    const { port } = await serve(app([policy(() => true), take]));
    const batch = `[${BODY}]`;
    for (const text of [BODY, batch]) expect((await post(port, text)).status).toBe(200);
    expect(found).toEqual([
      { raw: BODY, body: JSON.parse(BODY), name: 't' },
      { raw: batch, body: JSON.parse(batch), name: undefined },
    ]);
  });

  test('one behind another judges the same bytes', async () => {
    const upstream = await recordingUpstream();
    const target = mcpProxy({ target: upstream.target });
    const { port } = await serve(app([policy(denyTools('x')), policy(denyTools('y')), target]));
    const statuses = [];
    for (const tool of ['x', 'y', 't']) statuses.push(outcomeOf(await post(port, call(tool))));
    expect(statuses).toEqual([403, 403, 200]);
    expect(upstream.seen.map(({ body }) => body.toString())).toEqual([call('t')]);
  });

  test('GET and DELETE pass', async () => {
    const upstream = await recordingUpstream();
    const port = await startBefore(upstream, () => false);
    for (const method of ['GET', 'DELETE']) {
      expect((await fetch(`http://127.0.0.1:${port}/mcp`, { method })).status).toBe(200);
    }
    expect(upstream.seen.map(({ method }) => method)).toEqual(['GET', 'DELETE']);
  });
});

describe('how much policy() reads', () => {
  const large = (length: number) =>
    call('t', { args: `{"a":"${'x'.repeat(length - call('t', { args: '{"a":""}' }).length)}"}` });

  async function limited(...front: Middleware[]) {
    let asked = 0;
    const taken: number[] = [];
    const app = express().use(
      '/mcp',
      ...front,
      policy(() => ++asked > 0),
      (req: Request, res: Response) => {
        taken.push(((req as WithBody).rawBody as Buffer).length);
        res.end();
      },
    );
    return { ...(await serve(app)), taken, asked: () => asked };
  }

  test.each(['Content-Length', 'chunked'] as const)('4 MB by itself, by %s', async (framing) => {
    const { port, taken, asked } = await limited();
    const most = large(4 * 1024 * 1024);
    expect((await post(port, most, { framing })).status).toBe(200);
    const answer = await post(port, `${most} `, { framing });
    expect([answer.status, errorOf(answer).data.reason]).toEqual([413, 'payload_too_large']);
    expect([taken, asked()]).toEqual([[4 * 1024 * 1024], 1]);
  });

  test.each(['Content-Length', 'chunked'] as const)(
    'less behind bodyLimit, by %s',
    async (framing) => {
      const { port, taken } = await limited(bodyLimit(200));
      expect((await post(port, large(200), { framing })).status).toBe(200);
      expect((await post(port, large(201), { framing })).status).toBe(413);
      expect(taken).toEqual([200]);
    },
  );

  test('not more behind a larger bodyLimit', async () => {
    const { port } = await limited(bodyLimit('8mb'));
    expect((await post(port, large(4 * 1024 * 1024 + 1))).status).toBe(413);
  });
});

test('policy() refuses a repeated singleton itself, whoever is behind it', async () => {
  const { port } = await serve(
    express().use('/mcp', policy(denyTools('x')), (_req: Request, res: Response) => void res.end()),
  );
  const body = modern('tools/call', '"name":"t"');
  const right = Object.entries(modernHeaders('tools/call', 't'));
  expect((await post(port, body, { headers: right })).status).toBe(200);
  for (const twin of [
    ['Content-Type', 'text/plain; charset=utf-16'],
    ['Mcp-Name', 't'],
    ['Mcp-Session-Id', 's'],
  ] as const) {
    const fields = twin[0] === 'Mcp-Session-Id' ? [...right, twin] : right;
    expect([twin, (await post(port, body, { headers: [...fields, twin] })).status]).toEqual([
      twin,
      400,
    ]);
  }
});

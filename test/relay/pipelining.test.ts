import { EventEmitter, once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { describe, expect, jest, test } from '@jest/globals';
import connect from 'connect';
import {
  createMcpGateway,
  denyTools,
  injectHeaders,
  type Middleware,
  mcpProxy,
  policy,
  requireAuth,
  throttle,
} from '../../src/index.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { holdTimers } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { holdingUpstream } from '../support/holding-upstream.ts';
import { serve } from '../support/servers.ts';

const named = (method: string, name: string, close = false) => {
  const request = rawRequest({ method, headers: [`Mcp-Name: ${name}`] });
  return close ? request : request.replace('Connection: close\r\n', '');
};

/** Enough turns of the event loop for anything that would happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 100; i += 1) await new Promise(setImmediate);
}

/** The gateway's own end of its next connection. */
const nextConnection = async (server: Server) => (await once(server, 'connection'))[0];

/** An upstream that counts what comes to it, and answers when it is told to. */
async function countingUpstream() {
  const answers: ServerResponse[] = [];
  const arrivals = new EventEmitter();
  const { target } = await startEndpoint((req, res) => {
    res.on('error', () => {});
    req.resume();
    answers.push(res);
    arrivals.emit('request');
  });
  return {
    target,
    answers,
    async answerTo(n: number) {
      while (answers[n] === undefined) await once(arrivals, 'request');
      return answers[n];
    },
  };
}

async function openStream(answer: ServerResponse, client: RawClient): Promise<void> {
  answer.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: one\n\n');
  await client.has(/one/);
}

describe('a request that is sent in advance begins when its turn comes', () => {
  test('each is relayed when the one before it is answered', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);

    client.send(named('POST', 'a') + named('GET', 'b') + named('DELETE', 'c', true));
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      const answer = await upstream.request(name);
      await settle();
      expect(upstream.seen).toHaveLength(i + 1);
      answer.end(`answer-${name}`);
    }
    const text = await client.closed();

    expect(client.statuses).toEqual([200, 200, 200]);
    expect(text.match(/answer-./g)).toEqual(['answer-a', 'answer-b', 'answer-c']);
  });

  test('also one that comes by itself, behind an event stream that is open', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(named('GET', 'stream'));
    const stream = await upstream.request('stream');
    await openStream(stream, client);

    client.send(named('POST', 'call', true));
    await settle();
    expect(upstream.seen).toHaveLength(1);
    stream.end('data: two\n\n');
    (await upstream.request('call')).end('answer-call');

    expect(await client.closed()).toMatch(/one.*two.*answer-call/s);
  });

  test('one whose upstream fails does not spoil the next', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(named('POST', 'a') + named('POST', 'b', true));
    (await upstream.request('a')).destroy();
    (await upstream.request('b')).end('answer-b');
    expect(await client.closed()).toContain('answer-b');
    expect(client.statuses).toEqual([502, 200]);
  });

  test('behind an answer that breaks off nothing is carried out', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(named('POST', 'a') + named('POST', 'b'));
    const first = await upstream.request('a');
    first.writeHead(200, { 'Content-Length': 100 }).write('begun');
    await client.has(/begun/);
    first.destroy();
    await client.closed();
    await settle();
    expect(upstream.seen).toHaveLength(1);
    expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
  });

  test.each(['leaves', 'closes its side'])('one whose client %s is dropped', async (how) => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(named('GET', 'a') + named('POST', 'b') + named('POST', 'c'));
    const first = await upstream.request('a');
    const gone = once(first, 'close');
    if (how === 'leaves') client.socket.destroy();
    else client.socket.end();
    await gone;
    await settle();
    expect(upstream.seen.length).toBeLessThan(2);
    expect(gateway.errors).toEqual([]);
  });

  test('hundreds are answered in order, and none but one is under way at a time', async () => {
    let underWay = 0;
    let most = 0;
    const { target } = await startEndpoint((req, res) => {
      underWay += 1;
      most = Math.max(most, underWay);
      req.resume().on('end', () => {
        setImmediate(() => {
          underWay -= 1;
          res.end(`<${req.headers['mcp-name']}>`);
        });
      });
    });
    const gateway = await startGateway({ target });
    const client = await rawClient(gateway.port);
    const names = Array.from({ length: 300 }, (_, i) => `call-${i}`);
    client.send(names.map((name, i) => named('POST', name, i === 299)).join(''));
    const text = await client.closed();
    expect(text.match(/<[^>]+>/g)).toEqual(names.map((name) => `<${name}>`));
    expect(most).toBe(1);
  }, 30_000);
});

describe('a client that sends thousands of requests in advance', () => {
  test.each(['GET', 'DELETE'])('%s: one is relayed, and little is read', async (method) => {
    const upstream = await countingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const accepted = nextConnection(gateway.server);
    const client = await rawClient(gateway.port);
    const socket = await accepted;
    client.send(named(method, 'flood').repeat(20_000));
    await openStream(await upstream.answerTo(0), client);
    await settle();
    expect(upstream.answers).toHaveLength(1);
    expect(socket.bytesRead).toBeLessThan(256 * 1024);

    // The first is not worse off for it.
    upstream.answers[0]?.write('data: two\n\n');
    await client.has(/two/);
    upstream.answers[0]?.end();
    await openStream(await upstream.answerTo(1), client);
    expect(upstream.answers).toHaveLength(2);
    client.socket.destroy();
  });

  test('bodies that come before their turn are not read', async () => {
    const upstream = await countingUpstream();
    const gateway = await startGateway({ target: upstream.target, policies: denyTools('none') });
    const accepted = nextConnection(gateway.server);
    const client = await rawClient(gateway.port);
    const socket = await accepted;
    client.send(named('GET', 'stream'));
    await openStream(await upstream.answerTo(0), client);
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'x',
      params: { a: 'a'.repeat(1e6) },
    });
    const upload = `POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    for (let i = 0; i < 8; i += 1) client.send(upload);
    await settle();
    expect(socket.bytesRead).toBeLessThan(512 * 1024);
    upstream.answers[0]?.end();
    const second = await upstream.answerTo(1);
    await settle();
    expect(upstream.answers).toHaveLength(2);
    second.end('answer');
    await upstream.answerTo(2);
  });
});

describe('`timeout.idle` is for a request that waits as well', () => {
  test('it is given up in time, and the answer before it goes on', async () => {
    const upstream = await countingUpstream();
    holdTimers();
    const gateway = await startGateway({
      target: upstream.target,
      heartbeat: false,
      timeout: { connect: false, response: false, idle: 60_000 },
    });
    const client = await rawClient(gateway.port);
    client.send(named('GET', 'a').repeat(3));
    await openStream(await upstream.answerTo(0), client);
    jest.advanceTimersByTime(59_999);
    await settle();
    expect(gateway.errors).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(gateway.errors.map(({ reason }) => reason)).toEqual(['overloaded']);
    // What comes later is not begun either.
    client.send(named('GET', 'a'));
    await settle();
    upstream.answers[0]?.write('data: two\n\n');
    await client.has(/two/);
    upstream.answers[0]?.end();
    const text = await client.closed();
    expect(client.statuses).toEqual([200, 503]);
    expect(text).toMatch(/two[\s\S]*503 [\s\S]*connection: close[\s\S]*"reason":"overloaded"/i);
    expect(text).toMatch(/^retry-after: \d+\r$/im);
    expect(client.ending).toBe('end');
    expect(upstream.answers).toHaveLength(1);
  });

  test('the time begins anew with each turn, and `false` waits for ever', async () => {
    for (const [idle, statuses] of [
      [60_000, [200, 200, 200]],
      [false, [200, 200, 200]],
    ] as const) {
      const upstream = await countingUpstream();
      holdTimers();
      const gateway = await startGateway({
        target: upstream.target,
        timeout: { connect: false, response: false, idle },
      });
      const client = await rawClient(gateway.port);
      client.send(named('GET', 'a') + named('GET', 'b') + named('GET', 'c', true));
      for (let n = 0; n < 3; n += 1) {
        const answer = await upstream.answerTo(n);
        await settle();
        jest.advanceTimersByTime(idle === false ? 2 ** 30 : 50_000);
        answer.end(`answer-${n}`);
      }
      await client.closed();
      expect(client.statuses).toEqual(statuses);
      jest.useRealTimers();
    }
  });
});

describe('each form that does work by itself waits for its turn', () => {
  const ran: string[] = [];
  const run = (name: string) => {
    ran.push(name);
    return true;
  };
  const calls: Record<string, (target: string) => Middleware> = {
    'policy()': () => policy(() => run('policy')),
    'throttle()': () => throttle({ limit: 9, window: '1m', by: () => `${run('limit')}` }),
    'requireAuth()': () => requireAuth(() => (run('auth') ? { subject: 'ada' } : null)),
    'injectHeaders()': () => injectHeaders({ set: { 'X-Own': () => `${run('header')}` } }),
    'mcpProxy()': (target) => mcpProxy({ target }),
  };

  test.each(Object.keys(calls))('%s', async (name) => {
    ran.length = 0;
    const held: ServerResponse[] = [];
    const arrivals = new EventEmitter();
    const hold = (res: ServerResponse) => {
      held.push(res);
      arrivals.emit('held');
    };
    const upstream = await serve((req, res) => {
      req.resume();
      run('upstream');
      hold(res);
    });
    const app = connect();
    const middleware = calls[name]?.(`http://127.0.0.1:${upstream.port}/mcp`) as Middleware;
    app.use(middleware).use((_req, res) => hold(res));
    const { port } = await serve(app);
    const client = await rawClient(port);
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}';
    const post = `POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    client.send(post.repeat(3));
    for (let n = 1; n <= 3; n += 1) {
      while (held.length < n) await once(arrivals, 'held');
      await settle();
      expect(held).toHaveLength(n);
      expect(ran).toHaveLength(n);
      held[n - 1]?.end(`answer-${n}`);
    }
    await client.has(/answer-3/);
    expect(client.statuses).toEqual([200, 200, 200]);
  });
});

test('a gateway that is closed meanwhile refuses what has waited', async () => {
  const upstream = await countingUpstream();
  const gateway = createMcpGateway({ target: upstream.target });
  const express = (await import('express')).default;
  const { port } = await serve(express().use(gateway));
  const client = await rawClient(port);
  client.send(named('POST', 'a') + named('POST', 'b'));
  const first = await upstream.answerTo(0);
  const closed = gateway.close();
  first.end('answer-a');
  await closed;
  await client.closed();
  expect(client.statuses).toEqual([200, 503]);
  expect(upstream.answers).toHaveLength(1);
});

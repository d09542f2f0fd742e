import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { holdingUpstream } from '../support/holding-upstream.ts';
import { rawClient } from '../support/raw-client.ts';
import { ask, rawRequest, readAnswer, statusesOf } from './support/answer.ts';
import { pour, stuck } from './support/pour.ts';

const named = (method: string, name: string, close = false) => {
  const request = rawRequest({ method, fields: [`Mcp-Name: ${name}`] });
  return close ? request : request.replace('Connection: close\r\n', '');
};

describe('fault 29: pipelined requests are answered in their order', () => {
  test('whichever the upstream answers first', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);

    client.send(named('POST', 'a') + named('GET', 'b') + named('DELETE', 'c', true));
    for (const name of ['c', 'b', 'a']) (await upstream.request(name)).end(`answer-${name}`);
    const text = await client.closed();

    expect(statusesOf(client)).toEqual([200, 200, 200]);
    expect(text.match(/answer-./g)).toEqual(['answer-a', 'answer-b', 'answer-c']);
  });

  test('an answer waits behind an event stream that is open', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(named('GET', 'stream') + named('POST', 'call', true));

    const stream = await upstream.request('stream');
    stream.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: one\n\n');
    (await upstream.request('call')).end('answer-call');
    await client.has(/one/);
    expect(client.text).not.toContain('answer-call');
    stream.end('data: two\n\n');

    expect(await client.closed()).toMatch(/one.*two.*answer-call/s);
  });

  test.each([
    ['that is whole', 0],
    ['of which only a part fits', 4 * 1024 * 1024],
  ])('however long: `idle` is not for an answer %s, but has to wait', async (_name, size) => {
    const timeout = { response: 600, idle: 600 };
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target, timeout });
    const clock = await startGateway({ target: upstream.target, timeout });
    const client = await rawClient(gateway.port);
    client.send(named('GET', 'stream') + named('POST', 'call', true));

    const stream = await upstream.request('stream');
    stream.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: one\n\n');
    (await upstream.request('call')).end(`${' '.repeat(size)}answer-call`);
    for (let i = 0; i < 2; i++) expect(await ask(clock.port)).toMatchObject({ status: 504 });
    stream.end('data: two\n\n');

    expect(await client.closed()).toMatch(/one.*two.*answer-call/s);
    expect(client.bytes.length).toBeGreaterThan(size);
    expect(gateway.errors).toEqual([]);
  });

  test('S5: an answer that breaks off before its turn breaks off when its turn comes', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(named('GET', 'a') + named('POST', 'b') + named('POST', 'c'));

    const second = await upstream.request('b');
    second.writeHead(200, { 'Content-Length': 100 }).write('begun');
    await stuck(pour(second, 0));
    second.destroy();
    while (gateway.errors.length === 0) await new Promise(setImmediate);
    (await upstream.request('c')).end('answer-c');
    (await upstream.request('a')).end('answer-a');
    const text = await client.closed();

    expect(text).toContain('answer-a');
    expect(text).not.toContain('answer-c');
    expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
  }, 5_000);

  test('a request that fails does not spoil the next', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(named('POST', 'a') + named('POST', 'b', true));

    (await upstream.request('b')).end('answer-b');
    (await upstream.request('a')).destroy();

    expect(await client.closed()).toContain('answer-b');
    expect(statusesOf(client)).toEqual([502, 200]);
  });

  test('S7: an answer larger than all buffers waits at its upstream', async () => {
    const size = 96 * 1024 * 1024;
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    let got = 0;
    client.socket.removeAllListeners('data').on('data', (bytes) => {
      got += bytes.length;
    });
    client.send(named('POST', 'a') + named('POST', 'b', true));

    const second = await upstream.request('b');
    const poured = pour(second, size);
    await stuck(poured);
    expect(poured.taken).toBeLessThan(size / 3);
    expect(got).toBe(0);

    (await upstream.request('a')).end('answer-a');
    expect(await poured.done).toBe(true);
    second.end();
    await client.closed();
    expect(got).toBeGreaterThan(size);
    expect(gateway.errors).toEqual([]);
  });
});

describe('requests of different clients know nothing of each other', () => {
  test('fault 35: with the same JSON-RPC id', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const clients = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        return (await rawClient(gateway.port)).send(named('POST', name, true));
      }),
    );

    for (const name of ['b', 'c', 'a']) {
      (await upstream.request(name)).end(`{"jsonrpc":"2.0","id":1,"result":"${name}"}`);
    }
    await Promise.all(clients.map((client) => client.closed()));

    const results = clients.map((client) => readAnswer(client)?.body.toString());
    expect(results.map((text) => JSON.parse(text ?? '').result)).toEqual(['a', 'b', 'c']);
  });

  test('fault 34: with the same session', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const clients = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const fields = [`Mcp-Name: ${name}`, 'Mcp-Session-Id: one'];
        return (await rawClient(gateway.port)).send(rawRequest({ method: 'GET', fields }));
      }),
    );

    const streams = [await upstream.request('a'), await upstream.request('b')];
    for (const [i, stream] of streams.entries()) {
      expect(stream.req.headers['mcp-session-id']).toBe('one');
      stream.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(`data: ${i}\n\n`);
    }

    await Promise.all(clients.map((client, i) => client.has(new RegExp(`data: ${i}`))));
    expect(clients.map(statusesOf)).toEqual([[200], [200]]);
  });

  test('one that leaves takes nobody with it', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const leaving = (await rawClient(gateway.port)).send(named('POST', 'leaving'));
    const staying = (await rawClient(gateway.port)).send(named('POST', 'staying', true));
    const left = await upstream.request('leaving');
    const answer = await upstream.request('staying');
    const gone = new Promise((resolve) => left.on('close', resolve));

    leaving.socket.destroy();
    await gone;
    answer.end('answer');

    expect(await staying.closed()).toContain('answer');
  });
});

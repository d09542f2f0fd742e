import { describe, expect, test } from '@jest/globals';
import { readAnswer } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { holdingUpstream } from '../support/holding-upstream.ts';

const named = (method: string, name: string, close = false) => {
  const request = rawRequest({ method, headers: [`Mcp-Name: ${name}`] });
  return close ? request : request.replace('Connection: close\r\n', '');
};

describe('requests of different clients know nothing of each other', () => {
  test('with the same JSON-RPC id', async () => {
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

    const results = clients.map((client) => readAnswer(client)?.body);
    expect(results.map((text) => JSON.parse(text ?? '').result)).toEqual(['a', 'b', 'c']);
  });

  test('with the same session', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const clients = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const fields = [`Mcp-Name: ${name}`, 'Mcp-Session-Id: one'];
        return (await rawClient(gateway.port)).send(rawRequest({ method: 'GET', headers: fields }));
      }),
    );

    const streams = [await upstream.request('a'), await upstream.request('b')];
    for (const [i, stream] of streams.entries()) {
      expect(stream.req.headers['mcp-session-id']).toBe('one');
      stream.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(`data: ${i}\n\n`);
    }

    await Promise.all(clients.map((client, i) => client.has(new RegExp(`data: ${i}`))));
    expect(clients.map(({ statuses }) => statuses)).toEqual([[200], [200]]);
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

import { describe, expect, test } from '@jest/globals';
import { exchange, rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { rawUpstream, recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const keep = (method: string, body?: string) =>
  rawRequest({ method, ...(body !== undefined && { body }) }).replace('Connection: close\r\n', '');

describe('several requests on one connection', () => {
  test('one after the other: a record each', async () => {
    const { target } = await recordingUpstream();
    const observer = witness();
    const { port } = await startGateway({ target, observe: observer });
    const client = await rawClient(port);
    for (const [i, body] of ['{"a":1}', '{"a":22}', '{"a":333}'].entries()) {
      client.send(keep('POST', body));
      expect(await observer.record(i)).toMatchObject({ end: 'complete', bytesIn: body.length });
    }
    expect(observer.records).toHaveLength(3);
  });

  test('sent in advance: a record each, of its own answer', async () => {
    const { target } = await recordingUpstream();
    const observer = witness();
    const { port } = await startGateway({ target, observe: observer });
    await exchange(
      port,
      keep('POST', '{"a":1}') + keep('PUT') + keep('DELETE') + rawRequest({ body: '{"a":333}' }),
    );

    await observer.record(3);
    const facts = observer.records.map(({ method, status, end, bytesIn }) =>
      [method, status, end, bytesIn].join(' '),
    );
    expect(new Set(facts)).toEqual(
      new Set([
        'DELETE 200 complete 0',
        'POST 200 complete 7',
        'POST 200 complete 9',
        'PUT 405 complete 0',
      ]),
    );
  });

  test('sent in advance by a client that leaves before their turn: a record each', async () => {
    const upstream = await rawUpstream();
    const observer = witness();
    const { port } = await startGateway({ target: upstream.target, observe: observer });
    const client = (await rawClient(port)).send(keep('GET') + keep('POST') + keep('DELETE'));
    await (await upstream.connection(0)).has(/\r\n\r\n/);
    await observer.has('onRequest', 3);
    client.socket.destroy();

    await observer.record(2);
    expect(new Set(observer.records.map(({ method }) => method))).toEqual(
      new Set(['GET', 'POST', 'DELETE']),
    );
    for (const record of observer.records) {
      const slot = record.method === 'GET' ? 'relay' : 'turn';
      expect(record).toMatchObject({ end: 'client_left', status: undefined, slot });
    }
  });

  test('one behind the last of its connection: a record that says it got no answer', async () => {
    const { target, seen } = await recordingUpstream();
    const observer = witness();
    const { port } = await startGateway({ target, observe: observer });
    // A request that is refused before its body was read is the last.
    await exchange(port, keep('GET', '{}') + keep('POST', '{"late":1}'));

    await observer.record(1);
    expect(new Set(observer.records)).toEqual(
      new Set([
        expect.objectContaining({ slot: 'methods', status: 400, end: 'complete' }),
        expect.objectContaining({ slot: 'head', status: undefined, bytesIn: 0, bytesOut: 0 }),
      ]),
    );
    expect(seen).toEqual([]);
  });
});

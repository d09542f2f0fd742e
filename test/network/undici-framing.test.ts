import { expect, test } from '@jest/globals';
import { PLAIN_NETWORK } from '../../src/engine/network/network.ts';
import { UNTIL_ANSWERED } from '../../src/engine/own-request.ts';
import { undiciEngine } from '../../src/engine/undici/undici.ts';
import { noop } from '../../src/lib/noop.ts';
import { rawUpstream } from '../support/upstream.ts';

test.each([
  ['x-a', 'content-length: 0'],
  ['x-content-length', '0'],
])(
  'a field that ends as an empty body is framed is not taken for that: %s: %s',
  async (name, value) => {
    const upstream = await rawUpstream();
    const engine = undiciEngine(new URL(upstream.target), PLAIN_NETWORK);
    const exchange = engine(
      {
        method: 'DELETE',
        fresh: false,
        headers: { [name]: value },
        body: { sendTo: (outgoing) => void outgoing.end(Buffer.from('abc')) },
      },
      { ...UNTIL_ANSWERED, onAnswer: noop, onFailure: noop },
    );

    const received = await (await upstream.connection(0)).has(/abc/);

    exchange.abort();
    expect(received).toMatch(
      new RegExp(`\r\n${name}: ${value}\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc`),
    );
  },
);

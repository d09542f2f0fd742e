/** Loaded before an example: sets up an SDK that writes the name of each span to stderr. */
import { type SpanKind, trace } from '@opentelemetry/api';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';

const KINDS: Readonly<Partial<Record<SpanKind, string>>> = { 1: 'SERVER', 2: 'CLIENT' };

trace.setGlobalTracerProvider(
  new BasicTracerProvider({
    spanProcessors: [
      {
        onStart: () => {},
        onEnd: ({ kind, name }: ReadableSpan) =>
          process.stderr.write(`span ${KINDS[kind]} ${name}\n`),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  }),
);

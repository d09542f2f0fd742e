import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import express from 'express';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { otel } from '../../../src/exports/otel.ts';
import { prometheus } from '../../../src/exports/prometheus.ts';
import {
  accessLog,
  createMcpGateway,
  type GatewayConfig,
  type GatewayContext,
  type Observer,
} from '../../../src/index.ts';
import { exchange } from '../client/raw.ts';
import { kit2 } from '../otel/kit-2.ts';
import { atTestEnd, serve } from '../servers.ts';
import { witness } from '../witness.ts';

/** All output about requests, by its source: log, observers, `onError`, warnings and others. */
export type Told = Readonly<Record<string, string>>;

/** A gateway with every kind of output; with `isMute`, without observers and `onError`. */
export interface ToldGateway {
  readonly port: number;
  /** Sends a request, on its own connection, and waits until its record is complete. */
  ask(bytes: string | Buffer): Promise<string>;
  /** The output so far. */
  told(): Promise<Told>;
}

const show = (value: unknown) =>
  inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null });

/** Starts such a gateway. Warnings of the process are kept until the test is over, and not printed. */
export async function toldGateway(config: GatewayConfig, isMute = false): Promise<ToldGateway> {
  const lines: string[] = [];
  const notes: unknown[] = [];
  const errors: string[] = [];
  const answers: string[] = [];
  const kit = kit2();
  const [tracing, metering] = [kit.tracing(), kit.metering()];
  const registry = new Registry();
  const last = witness();
  const { tracerProvider } = tracing;
  const metrics = [
    otel({ tracerProvider, meterProvider: metering.meterProvider }),
    prometheus({ registry }),
  ];
  const observe = isMute ? false : [...logs(lines, notes), ...metrics, last];
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  atTestEnd(() => warn.mockRestore());
  const gateway = createMcpGateway({
    onError: isMute ? false : (error, ctx) => errors.push(show([error, error.stack, ctx])),
    observe,
    ...config,
  });
  const { port } = await serve(express().disable('x-powered-by').use(gateway));
  let asked = 0;
  return {
    port,
    async ask(bytes) {
      const { text } = await exchange(port, bytes);
      answers.push(text);
      if (!isMute) await last.record(asked++);
      return text;
    },
    told: async () => ({
      log: lines.join(''),
      observers: show(notes) + show(last.records) + JSON.stringify([last.calls, last.changes]),
      onError: errors.join('\n'),
      warnings: show(warn.mock.calls),
      stats: show(gateway.stats()) + JSON.stringify(gateway.stats()),
      targets: show(gateway.targets()),
      spans: show(tracing.spans.map((span) => ({ ...span, parentSpanContext: undefined }))),
      metrics: show(await metering.collect()) + (await registry.metrics()),
      answers: answers.join('\n'),
    }),
  };
}

/** Access logs of several kinds, and an observer that prints all its arguments. */
function logs(lines: string[], notes: unknown[]): Observer[] {
  const print = (...given: unknown[]) => void notes.push(show(given));
  const printing = (line: object, message: string) => void lines.push(`${show(line)} ${message}\n`);
  return [
    accessLog(pino({ base: null }, { write: (line) => void lines.push(line) }), {
      user: ({ subject }) => subject,
      fields: (ctx: GatewayContext) => ({ ctx }),
      arguments: (name) => ({ name }),
    }),
    accessLog({ info: printing, warn: printing, error: printing }),
    {
      onRequest: print,
      onDecision: print,
      onResponse: print,
      onEvent: print,
      onClose: print,
      onTarget: print,
    },
  ];
}

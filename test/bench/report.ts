import { table } from '../../examples/demo/table.ts';
import { ANSWER, REQUEST } from './messages.ts';
import { median, quantile } from './statistics.ts';

/** One measured slice of one variant. */
export interface Measured {
  /** CPU time of the proxy process for each request; none where there is no proxy. */
  readonly cpuMicros: number | undefined;
  readonly perSecond: number;
  /** Median latency in milliseconds. */
  readonly p50: number;
}

export interface VariantSummary {
  readonly name: string;
  /** Median over the rounds. */
  readonly cpuMicros: number | null;
  /** Quartiles of the CPU time relative to the reference's in the same round. */
  readonly ratio: { readonly q1: number; readonly median: number; readonly q3: number } | null;
  readonly perSecond: number;
  readonly p50: number;
}

export interface Summary {
  readonly node: string;
  readonly cores: number;
  readonly rounds: number;
  readonly sliceMs: number;
  readonly concurrency: number;
  readonly variants: readonly VariantSummary[];
}

/** Pools the rounds of one variant. Ratios are taken inside a round, where the machine is the same. */
export function summarise(
  name: string,
  rounds: readonly ReadonlyMap<string, Measured>[],
  reference: string,
): VariantSummary {
  const own = rounds.map((round) => round.get(name) as Measured);
  const cpu = own.map(({ cpuMicros }) => cpuMicros).filter((micros) => micros !== undefined);
  const ratios = cpu.map((micros, i) => micros / (rounds[i]?.get(reference)?.cpuMicros as number));
  const isProxy = cpu.length > 0;
  return {
    name,
    cpuMicros: isProxy ? median(cpu) : null,
    ratio: isProxy
      ? { q1: quantile(ratios, 0.25), median: median(ratios), q3: quantile(ratios, 0.75) }
      : null,
    perSecond: median(own.map(({ perSecond }) => perSecond)),
    p50: median(own.map(({ p50 }) => p50)),
  };
}

/** The summary for people. */
export function report({ node, cores, rounds, sliceMs, concurrency, variants }: Summary): string {
  const rows = variants.map(({ name, cpuMicros, ratio, perSecond, p50 }) => [
    name,
    cpuMicros === null ? '–' : `${cpuMicros.toFixed(0)} µs`,
    ratio === null ? '–' : ratio.median.toFixed(2),
    ratio === null ? '–' : `${ratio.q1.toFixed(2)} … ${ratio.q3.toFixed(2)}`,
    perSecond.toFixed(0),
    `${p50.toFixed(2)} ms`,
  ]);
  const columns = [
    { heading: 'variant' },
    { heading: 'CPU/request', align: 'right' },
    { heading: '× plain', align: 'right' },
    { heading: 'quartiles', align: 'right' },
    { heading: 'requests/s', align: 'right' },
    { heading: 'p50', align: 'right' },
  ] as const;
  return `
POST of ${REQUEST.length} B, answered with ${ANSWER.length} B of JSON; ${concurrency} callers in a closed loop.
Node ${node}, ${cores} cores, ${rounds} interleaved rounds in random order, ${sliceMs} ms a slice; medians.

${table(columns, rows)}

CPU/request: user and system time of the proxy process; direct has none. The gateway runs from src.
× plain: relative to http-proxy-middleware as its README shows it, in the same round.

How far to trust it: compare ratios, not absolute values, and no differences below 15 %. Proxy,
upstream and load share the cores, so requests/s and p50 say more of the machine than of the proxy.
`;
}

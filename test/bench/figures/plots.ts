import type { Bar, BarPlot } from './plot.ts';
import type { Result, SectionResult } from './result.ts';

/** What a plot shows: a metric of a section, for all its rows or some. */
export interface PlotSettings {
  readonly section: string;
  readonly metric: string;
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  readonly rows?: (name: string) => boolean;
}

/** By the names of their files. */
const PLOTS: Readonly<Record<string, PlotSettings>> = {
  relay: {
    section: 'relay',
    metric: 'cpu',
    title: 'A request relayed: CPU of the proxy',
    unit: 'µs',
    digits: 0,
  },
  chain: {
    section: 'chain',
    metric: 'cpu',
    title: 'Everything on: CPU of the proxy for each request',
    unit: 'µs',
    digits: 0,
  },
  slots: {
    section: 'slots',
    metric: 'ratio',
    title: 'Each part alone: CPU of the proxy for each request',
    unit: '× bare relay',
    digits: 2,
  },
  sizes: {
    section: 'sizes',
    metric: 'cpu',
    title: 'A message of 1 MB: CPU of the proxy',
    unit: 'µs',
    digits: 0,
    rows: (name) => name.endsWith('1 MB'),
  },
  'streams-lag': {
    section: 'streams-5000',
    metric: 'p99',
    title: '5,000 streams, an event a second on each: p99 of the lag',
    unit: 'ms',
    digits: 2,
  },
  'streams-memory': {
    section: 'streams-5000',
    metric: 'kb',
    title: '5,000 open streams: memory of the proxy for each',
    unit: 'KB',
    digits: 1,
  },
  'warm-up': {
    section: 'warm-up',
    metric: 'first',
    title: 'The first 1,000 requests of a new process',
    unit: '× warm',
    digits: 2,
  },
};

/** Of whom the bars are that are no part of this package. */
const OTHERS =
  /^(?:no proxy|nginx|haproxy|agentgateway|KrakenD|bare relay|http-proxy-middleware|naive)/;

/** The plots for which a run has figures. */
export function plotsOf({ sections }: Result): Record<string, BarPlot & PlotSettings> {
  const found = Object.entries(PLOTS).flatMap(([file, settings]) => {
    const section = sections.find(({ name }) => name === settings.section);
    const bars = section === undefined ? [] : barsOf(section, settings);
    return bars.length === 0 ? [] : [[file, { ...settings, bars }] as const];
  });
  return Object.fromEntries(found);
}

function barsOf(
  { rows }: SectionResult,
  { metric, rows: isMeant = () => true }: PlotSettings,
): Bar[] {
  return rows
    .flatMap(({ name, figures }) => {
      const figure = figures[metric];
      const isOwn = !OTHERS.test(name);
      return figure === undefined || !isMeant(name) ? [] : [{ label: name, figure, isOwn }];
    })
    .sort((a, b) => a.figure.median - b.figure.median);
}

import type { Figure } from './result.ts';

/** One bar: a value, with the middle half of what the rounds gave as a line. */
export interface Bar {
  readonly label: string;
  readonly figure: Figure;
  /** Whether it is this package's. */
  readonly isOwn: boolean;
}

export interface BarPlot {
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  readonly bars: readonly Bar[];
}

const WIDTH = 760;
const LABELS = 250;
const VALUES = 90;
const ROW = 26;
const TOP = 44;
const PLOT = WIDTH - LABELS - VALUES;

/**
 * Horizontal bars as an SVG document. Colours hold on light and dark pages: the text has that of whatever
 * the reader prefers.
 */
export function barPlot({ title, unit, digits, bars }: BarPlot): string {
  const most = Math.max(...bars.map(({ figure }) => figure.q3), 0) || 1;
  const x = (value: number): string => (LABELS + (value / most) * PLOT).toFixed(1);
  const height = TOP + bars.length * ROW + 12;
  const rows = bars.map(({ label, figure, isOwn }, i) => {
    const y = TOP + i * ROW;
    const middle = y + ROW / 2 - 3;
    const value = figure.median.toFixed(digits);
    const end = Number(x(Math.max(figure.median, figure.q3)));
    return `  <text x="${LABELS - 8}" y="${middle + 4}" text-anchor="end"${isOwn ? ' class="own"' : ''}>${escaped(label)}</text>
  <rect x="${LABELS}" y="${y}" width="${((figure.median / most) * PLOT).toFixed(1)}" height="${ROW - 8}" class="${isOwn ? 'ours' : 'other'}"/>
  <line x1="${x(figure.q1)}" x2="${x(figure.q3)}" y1="${middle}" y2="${middle}"/>
  <text x="${(end + 8).toFixed(1)}" y="${middle + 4}">${value}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .title, .own { font-weight: 600; }
    .ours { fill: #2f81f7; }
    .other { fill: #8b949e; }
    line { stroke: #d29922; stroke-width: 2; }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } }
  </style>
  <text x="8" y="20" class="title">${escaped(`${title}, ${unit}`)}</text>
${rows.join('\n')}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

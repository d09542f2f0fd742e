import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const FOLDER = new URL('../../examples/grafana/', import.meta.url);

/** The members of a panel that tests use. */
export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: Readonly<Record<'h' | 'w' | 'x' | 'y', number>>;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly PanelQuery[];
}

/** One expression of a panel. */
export interface PanelQuery {
  readonly expr: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly legendFormat?: string;
  readonly instant: boolean;
}

/** A rule of `alerts.yml`. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The dashboard's own text. */
export const DASHBOARD_TEXT: string = readFileSync(new URL('dashboard.json', FOLDER), 'utf8');

/** The panels of the dashboard that show something. */
export const PANELS: readonly DashboardPanel[] = JSON.parse(DASHBOARD_TEXT).panels.filter(
  ({ type }: DashboardPanel) => type !== 'row',
);

/** The rules of `alerts.yml`. */
export const ALERTS: readonly AlertRule[] = parse(
  readFileSync(new URL('alerts.yml', FOLDER), 'utf8'),
).groups.flatMap(({ rules }: { rules: AlertRule[] }) => rules);

/** Replaces Grafana's variables in an expression, as Grafana does: all gateways, this range. */
export function filledIn(expression: string, range: string): string {
  return expression
    .replaceAll('"$gateway"', '".*"')
    .replaceAll(/\$__(?:rate_interval|range)\b/g, range);
}

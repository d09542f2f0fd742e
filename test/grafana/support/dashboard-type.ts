import type { Dashboard, FieldConfigSource, Panel, RowPanel } from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as StateTimelineFields,
  Options as StateTimelineOptions,
} from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type {
  FieldConfig as TableFields,
  Options as TableOptions,
} from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type {
  FieldConfig as TimeSeriesFields,
  Options as TimeSeriesOptions,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** A query as Grafana's data source for Prometheus has it (`@grafana/prometheus`, `dataquery.ts`). */
interface PrometheusQuery {
  refId: string;
  datasource: { type: 'prometheus'; uid: string };
  editorMode: 'code' | 'builder';
  expr: string;
  legendFormat?: string;
  format?: 'time_series' | 'table' | 'heatmap';
  instant: boolean;
  range: boolean;
}

/** A panel of one kind. */
interface PanelOf<Type extends string, Options, Fields>
  extends Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  type: Type;
  title: string;
  description: string;
  options: Options;
  fieldConfig: Omit<FieldConfigSource, 'defaults'> & {
    defaults: Omit<FieldConfigSource['defaults'], 'custom'> & { custom?: Fields };
  };
  targets: PrometheusQuery[];
}

/** As JSON holds it: enumerations are their values. */
type Json<T> = T extends string
  ? `${T}`
  : T extends (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> }
      : T;

/** The dashboard as Grafana's own types say that it has to be, kind by kind of its panels. */
export type GrafanaDashboard = Json<
  Omit<Dashboard, 'panels'> & {
    panels: (
      | RowPanel
      | PanelOf<'stat', StatOptions, never>
      | PanelOf<'timeseries', TimeSeriesOptions, TimeSeriesFields>
      | PanelOf<'table', TableOptions, TableFields>
      | PanelOf<'state-timeline', StateTimelineOptions, StateTimelineFields>
    )[];
  }
>;

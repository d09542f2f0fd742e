export {
  type PrometheusObserver,
  type PrometheusOptions,
  prometheus,
} from '../prometheus/prometheus.ts';

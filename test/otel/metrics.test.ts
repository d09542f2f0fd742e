import { kit2 } from '../support/otel/kit-2.ts';
import { describeMetrics } from '../support/otel/metric-suite.ts';

describeMetrics(kit2());

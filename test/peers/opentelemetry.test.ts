import { fileURLToPath } from 'node:url';
import { describeHarmless } from '../support/otel/harmless-suite.ts';
import { describeInstrumented } from '../support/otel/instrumented-suite.ts';
import { describeMetrics } from '../support/otel/metric-suite.ts';
import { describeParents } from '../support/otel/parent-suite.ts';
import { describeSpans } from '../support/otel/span-suite.ts';
import { kit3 } from './opentelemetry/kit-3.ts';

// The SDK 2, which the tests of this package have, cannot be installed beside it.
const kit = kit3();

describeSpans(kit);
describeParents(kit);
describeMetrics(kit);
describeHarmless(kit);
describeInstrumented('SDK 3', fileURLToPath(new URL('opentelemetry', import.meta.url)));

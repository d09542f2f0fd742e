import { kit2 } from '../support/otel/kit-2.ts';
import { describeSpans } from '../support/otel/span-suite.ts';

describeSpans(kit2());

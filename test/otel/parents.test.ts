import { kit2 } from '../support/otel/kit-2.ts';
import { describeParents } from '../support/otel/parent-suite.ts';

describeParents(kit2());

import { fileURLToPath } from 'node:url';
import { describeInstrumented } from '../support/otel/instrumented-suite.ts';

describeInstrumented('SDK 2', fileURLToPath(new URL('../..', import.meta.url)));

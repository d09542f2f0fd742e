export { type OtelOptions, otel } from '../otel/otel.ts';
export type { ParentMode } from '../otel/parents.ts';

export { type CelOptions, cel } from '../cel/cel.ts';

import { type CelEnv, celEnv } from '@bufbuild/cel';
import { CONVERSIONS } from './functions/conversions.ts';
import { TEXTS } from './functions/texts.ts';
import { TIMES } from './functions/times.ts';
import { VALUES } from './functions/values.ts';

/** The functions of CEL's standard library. The ones listed here replace those of the npm package. */
export const ENVIRONMENT: CelEnv = celEnv({
  funcs: [...TEXTS, ...VALUES, ...CONVERSIONS, ...TIMES],
});

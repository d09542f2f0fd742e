import { type CelEnv, celEnv } from '@bufbuild/cel';
import { CONVERSIONS } from './functions/conversions.ts';
import { TEXTS } from './functions/texts.ts';
import { TIMES } from './functions/times.ts';
import { VALUES } from './functions/values.ts';

/** The functions of the standard library, of which these take the place of the library's own. */
export const ENVIRONMENT: CelEnv = celEnv({
  funcs: [...TEXTS, ...VALUES, ...CONVERSIONS, ...TIMES],
});

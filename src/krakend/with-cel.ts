import { celRule } from '../cel/cel.ts';
import { ENVIRONMENT } from '../cel/environment.ts';
import { patternFor } from '../cel/patterns.ts';
import { supportCel } from './cel-support.ts';

/** Lets documents have expressions and patterns. */
export function withCel(): void {
  const functions = new Set([...ENVIRONMENT.funcs].map(({ name }) => name));
  supportCel({ celRule, patternFor, functions });
}

import { celRule } from '../cel/cel.ts';
import { patternFor } from '../cel/patterns.ts';
import { supportCel } from './cel-support.ts';

/** Lets documents have expressions and patterns. */
export function withCel(): void {
  supportCel({ celRule, patternFor });
}

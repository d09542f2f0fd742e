import { isHopByHop } from '../../http/hop-by-hop.ts';

/** Whether a header frames an answer, or says how to read it. Takes a lower-case name. */
export function isNeeded(lower: string): boolean {
  return isHopByHop(lower) || /^(content-|mcp-|www-authenticate$)/.test(lower);
}

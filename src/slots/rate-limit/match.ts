import type { McpMessage } from '../../mcp/message/message.ts';
import { NAMED_METHODS } from '../../mcp/message/named-methods.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import { glob } from '../../options/glob.ts';
import type { LimitMatch } from './limit.ts';

/**
 * Reads which messages a limit is about; undefined where nothing is said of them. Where it could never
 * be about any, that is a mistake.
 */
export function readMatch(
  problems: ConfigProblems,
  match: unknown,
  countsTools: boolean,
): ((message: McpMessage) => boolean) | undefined {
  if (match === undefined || !problems.keys(match, ['method', 'name'])) return undefined;
  const { method, name } = match as LimitMatch;
  if (method === undefined && name === undefined) {
    problems.add(match, 'method, name, or both');
  }
  const ofMethod = problems.at('method');
  const isMethod = readPatterns(ofMethod, method);
  const isName = readPatterns(problems.at('name'), name);
  if (countsTools && isMethod?.('tools/call') === false) {
    ofMethod.add(method, "'tools/call', which is all that a limit by tool counts");
  }
  if (isName !== undefined && isMethod !== undefined && !NAMED_METHODS.some(isMethod)) {
    ofMethod.add(method, `where a name is to match, one of ${NAMED_METHODS}`);
  }
  return (message) =>
    isMethod?.(message.method) !== false &&
    (isName === undefined || (message.name !== undefined && isName(message.name)));
}

function readPatterns(
  problems: ConfigProblems,
  value: unknown,
): ((text: string) => boolean) | undefined {
  if (value === undefined) return undefined;
  const expected = "a pattern, like 'tools/*' or 'delete_*'";
  if (!isPattern(value) && !Array.isArray(value)) {
    problems.add(value, `${expected}, or a list of them`);
    return undefined;
  }
  const list = isPattern(value) ? [value] : value;
  const patterns = problems.list(list, isPattern, expected, { atLeast: 1 }).map(glob);
  return (text) => patterns.some((matches) => matches(text));
}

function isPattern(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

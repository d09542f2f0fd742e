import type { McpMessage } from '../mcp/message/message.ts';
import { NAMED_METHODS } from '../mcp/message/named-methods.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import { glob } from '../options/glob.ts';
import { MATCH_HINTS } from '../options/other-names.ts';

/** Which messages something is about. In a pattern, `*` stands for any characters. */
export interface MessageMatch {
  /** Patterns for the method, of which one has to match. Default: any. */
  readonly method?: string | readonly string[];
  /** Patterns for the tool, prompt, URI or task that the message names. Default: any, or none. */
  readonly name?: string | readonly string[];
}

/** A {@link MessageMatch}, read. */
export interface MessageMatcher {
  /** Whether it is about messages of this method, by some name or by all. */
  isMethod(method: string): boolean;
  matches(message: McpMessage): boolean;
}

/** Reads which messages are meant. A match that no message could have is a config error. */
export function readMessageMatch(
  problems: ConfigProblems,
  match: unknown,
): MessageMatcher | undefined {
  const expected = 'an object with method, name, or both';
  if (match === undefined) {
    problems.add(match, expected);
    return undefined;
  }
  if (!problems.keys(match, ['method', 'name'], "{ name: 'delete_*' }", MATCH_HINTS))
    return undefined;
  const { method, name } = match as MessageMatch;
  if (method === undefined && name === undefined) problems.add(match, expected);
  const ofMethod = problems.at('method');
  const isMethod = readPatterns(ofMethod, method) ?? isAny;
  const isName = readPatterns(problems.at('name'), name);
  if (isName !== undefined && !NAMED_METHODS.some(isMethod)) {
    ofMethod.add(method, `where a name is to match, one of ${NAMED_METHODS}`);
  }
  return {
    isMethod,
    matches: (message) =>
      isMethod(message.method) &&
      (isName === undefined || (message.name !== undefined && isName(message.name))),
  };
}

function isAny(): boolean {
  return true;
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

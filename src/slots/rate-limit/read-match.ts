import { isMcpMethod, MCP_METHODS, type McpMethod } from '../../mcp/http-methods.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import { MATCH_HINTS } from '../../options/other-names.ts';
import { type MessageMatcher, readMessageMatch } from '../message-match.ts';
import type { Limit, LimitKey, LimitMatch } from './limit.ts';

/** What a limit is about, read. */
export interface Match {
  readonly httpMethods?: readonly McpMethod[] | undefined;
  readonly matcher?: MessageMatcher | undefined;
}

const OF_MESSAGE: readonly string[] = ['method', 'name'];

/** Reads the option. A match that no request could have is a config error. */
export function readMatch(
  problems: ConfigProblems,
  match: LimitMatch,
  { weight }: Limit,
  by: readonly LimitKey[],
): Match {
  if (!problems.keys(match, [...OF_MESSAGE, 'httpMethod'], "{ name: 'delete_*' }", MATCH_HINTS))
    return {};
  const { httpMethod } = match;
  const httpMethods = readHttpMethods(problems.at('httpMethod'), httpMethod);
  const ofMessage = Object.fromEntries(
    Object.entries(match).filter(([key]) => OF_MESSAGE.includes(key)),
  );
  const isOfMessage = Object.keys(ofMessage).length > 0;
  const seesMessage = isOfMessage || by.includes('tool') || typeof weight === 'function';
  if (seesMessage && httpMethods?.includes('POST') === false) {
    problems
      .at('httpMethod')
      .add(httpMethod, 'POST as well: nothing else brings messages', 'conflict');
  }
  if (!isOfMessage) {
    if (Object.keys(match).length === 0)
      problems.add(match, 'method, name, httpMethod, or several');
    return { httpMethods };
  }
  const matcher = readMessageMatch(problems, ofMessage);
  if (by.includes('tool') && matcher?.isMethod('tools/call') === false) {
    const expected = "'tools/call', which is all that a limit by tool counts";
    problems.at('method').add(match.method, expected);
  }
  return { httpMethods, matcher };
}

function readHttpMethods(
  problems: ConfigProblems,
  value: unknown,
): readonly McpMethod[] | undefined {
  if (value === undefined) return undefined;
  const expected = `one of ${MCP_METHODS.join(', ')}`;
  const methods = Array.isArray(value)
    ? problems.list(value, isMcpMethod, expected, { atLeast: 1 })
    : [value].filter(isMcpMethod);
  if (methods.length > 0) return methods;
  if (!Array.isArray(value)) problems.add(value, `${expected}, or a list of them`);
  return undefined;
}

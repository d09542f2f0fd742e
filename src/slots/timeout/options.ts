import type { McpMessage } from '../../mcp/message/message.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import { type Duration, readDuration } from '../../options/duration.ts';
import { type MessageMatch, readMessageMatch } from '../message-match.ts';

/** A `response` timer for some methods or tools. */
export interface CallTimeout {
  /** Which messages it is for, requests and notifications alike. */
  readonly match: MessageMatch;
  /** Stands in place of `timeout.response` for them; `false` waits for ever. */
  readonly response: Duration | false;
}

/** A {@link CallTimeout}, read. */
export interface CallTimer {
  matches(message: McpMessage): boolean;
  /** In milliseconds. */
  readonly response: number | false;
}

/** Reads `timeout.calls`; leaves out what is wrong. */
export function readCallTimers(problems: ConfigProblems, value: unknown): CallTimer[] {
  if (!Array.isArray(value) || value.length === 0) {
    problems.add(value, `a list, and in it ${CALL}`);
    return [];
  }
  return [...value].flatMap((entry, i) => readCallTimer(problems.at(i), entry) ?? []);
}

const CALL = "{ match: { name: 'export_*' }, response: '10m' }";

function readCallTimer(problems: ConfigProblems, value: unknown): CallTimer | undefined {
  if (!problems.keys(value, ['match', 'response'], CALL)) return undefined;
  const { match, response } = value as CallTimeout;
  const matcher = readMessageMatch(problems.at('match'), match);
  const ms = response === false ? false : readDuration(problems.at('response'), response);
  if (matcher === undefined || ms === undefined) return undefined;
  return { matches: matcher.matches, response: ms };
}

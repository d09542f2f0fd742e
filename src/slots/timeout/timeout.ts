import { answerError } from '../../answer-error.ts';
import { contextOf } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import { turnAfter } from '../../lib/turns.ts';
import type { McpBody, McpMessage } from '../../mcp/message/message.ts';
import type { Slot } from '../slot.ts';
import { type CallTimeout, type CallTimer, readCallTimers } from './options.ts';

/** The timers for some messages, and the timer for all others. */
export interface CallTimerSettings {
  readonly calls: readonly CallTimer[];
  /** The timer of messages that no entry matches. */
  readonly response: number | false;
}

/**
 * Leaves on the context how long the upstream may take for the answer to a POST, as its messages say.
 * They have to be read before.
 */
export function timeCalls(settings: CallTimerSettings): Middleware {
  return function timeCallsMiddleware(req, res, next) {
    const context = contextOf(req);
    const { mcp } = context;
    if (mcp?.isBatch !== true) {
      context.responseTimeout = mcp && timerOf(mcp.messages[0], settings);
      next();
      return;
    }
    longestOf(mcp, settings)
      .then((longest) => {
        context.responseTimeout = longest;
        next();
      })
      .catch((cause) => answerError(req, res, 'internal_error', { cause }));
  };
}

/** A response has no method, so that no entry matches it. */
function timerOf(
  message: McpMessage | undefined,
  { calls, response }: CallTimerSettings,
): number | false {
  if (message === undefined) return response;
  const own = calls.find(({ matches }) => matches(message));
  return own === undefined ? response : own.response;
}

/** Each message of a batch has all the time that it would have alone. */
async function longestOf(
  { messages, responses }: McpBody,
  settings: CallTimerSettings,
): Promise<number | false> {
  let longest = responses > 0 ? settings.response : 0;
  for (const [i, message] of messages.entries()) {
    if (longest === false) break;
    await turnAfter(i);
    const own = timerOf(message, settings);
    longest = own === false ? false : Math.max(longest, own);
  }
  return longest;
}

/** The part of the option `timeout` that the slot reads. */
interface CallTimeouts {
  readonly calls?: readonly CallTimeout[] | false;
}

/** The slot. The relay reads the rest of its option. */
export const timeout: Slot<
  { readonly timeout?: CallTimeouts | false },
  CallTimerSettings,
  'timeout'
> = {
  name: 'timeout',
  options: ['timeout'],
  isSilent: true,
  read(problems, { timeout: timers }, { relay }) {
    const { calls = false } = timers || {};
    if (calls === false) return undefined;
    const read = readCallTimers(problems.at('timeout').at('calls'), calls);
    return relay && { calls: read, response: relay.timeouts.response };
  },
  needs: () => 'message',
  build: timeCalls,
};

import { contextOf } from '../../context.ts';
import { ERRORS } from '../../errors.ts';
import { NO_CREDENTIALS } from '../../observation.ts';
import { type ConfigProblems, checkConfig } from '../../options/config-problems.ts';
import { isFactory } from '../../options/factories.ts';
import type { AccessLogOptions } from './access-log-options.ts';
import { LogExtras } from './log-extras.ts';
import type { Observer, RequestRecord } from './observer.ts';
import { isErrorReason } from './origin.ts';
import { SEES_ARGUMENTS } from './sees-arguments.ts';

/** What the access log writes to: pino, or anything of its shape, `console` included. */
export interface AccessLogger {
  /** Told of requests that went as they should. */
  info(record: object, message: string): void;
  /** Told of requests that a slot refused, and of calls that were answered with an error. */
  warn(record: object, message: string): void;
  /** Told of requests that failed, here or upstream. */
  error(record: object, message: string): void;
}

const LEVELS = ['info', 'warn', 'error'] as const;
const OPTIONS = ['user', 'fields', 'arguments'] as const;

/**
 * An observer that writes one record for each request when it is over, a {@link RequestRecord}. `info`: the
 * request went as it should; a client that left, a stream that the closing gateway ended, and the first
 * request of a login, without any credentials, are included. `warn`: a slot refused it, a tool failed, or the
 * answer was a JSON-RPC error, or a page in place of the first answer. `error`: it failed, here or upstream:
 * an answer with 500 or more, or one that broke off. No header, query string or argument is in the record,
 * except what `options` put there.
 *
 * @param logger - pino, or anything with `info`, `warn` and `error`, called with `(record, message)`.
 * @param options - What is written besides; see {@link AccessLogOptions}.
 * @returns An observer for `observe`.
 * @throws {GatewayConfigError} if `logger` lacks one of these, or an option is no function.
 *
 * @example From `examples/observe.ts`:
 * ```ts
 * app.use(
 *   createMcpGateway({
 *     target: 'https://third-party-mcp-server.example/mcp',
 *     observe: [
 *       accessLog(pino()),
 *       {
 *         onDecision({ slot, outcome }) {
 *           if (outcome === 'deny') refused.set(slot, (refused.get(slot) ?? 0) + 1);
 *         },
 *       },
 *     ],
 *   }),
 * );
 * ```
 */
export function accessLog(logger: AccessLogger, options: AccessLogOptions = {}): Observer {
  checkConfig('accessLog', (problems) => {
    const isLogger = LEVELS.every((level) => typeof logger?.[level] === 'function');
    if (!isLogger)
      problems.add(logger, 'a logger with the functions info, warn and error', 'wrong_type');
    readOptions(problems, options);
  });
  const extras = OPTIONS.some((name) => options[name] !== undefined)
    ? new LogExtras(options)
    : undefined;
  return {
    ...(options.arguments !== undefined && { [SEES_ARGUMENTS]: true }),
    onClose(record, ctx) {
      const level = levelOf(record);
      const message = `${record.method} ${record.status ?? record.end}`;
      // A logger may be async: its promise is passed on, so that a rejection is reported.
      const log = (line: object): unknown => logger[level](line, message);
      if (extras === undefined) return log(record) as undefined;
      const calls = contextOf(ctx.req).observation?.toolCalls ?? [];
      return extras.write(record, ctx, calls, log) as undefined;
    },
  };
}

isFactory('accessLog', accessLog);

function readOptions(problems: ConfigProblems, options: AccessLogOptions): void {
  if (!problems.keys(options, OPTIONS, '{ user: ({ subject }) => subject }')) return;
  for (const name of OPTIONS) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'function') {
      problems.at(name).add(value, 'a function', 'wrong_type');
    }
  }
}

function levelOf(record: RequestRecord): (typeof LEVELS)[number] {
  const { status = 0, reason, end, detail, messages } = record;
  if (reason === 'draining') return 'warn';
  if (status >= 500 || (isErrorReason(end) && ERRORS[end].status >= 500 && end !== 'draining')) {
    return 'error';
  }
  // In the older transport, the error may have been sent on a stream.
  if (status === 202 && isErrorReason(reason) && ERRORS[reason].status >= 500) return 'error';
  // Every login begins with such a refusal.
  if (reason === 'unauthorized' && detail === NO_CREDENTIALS) return 'info';
  if (isErrorReason(reason) || (isErrorReason(end) && end !== 'draining')) return 'warn';
  // A request that was relayed whole has a `detail` only where the configuration seems to be wrong.
  if (reason === 'relayed' && detail !== undefined) return 'warn';
  return messages.some(({ outcome = 'result' }) => outcome !== 'result') ? 'warn' : 'info';
}

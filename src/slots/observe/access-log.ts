import { ERRORS } from '../../errors.ts';
import { checkConfig } from '../../options/config-problems.ts';
import type { Observer, RequestRecord } from './observer.ts';
import { isErrorReason } from './origin.ts';

/** What the access log writes to: pino, or anything of its shape, `console` included. */
export interface AccessLogger {
  /** What went as it should. */
  info(record: object, message: string): void;
  /** What a slot refused. */
  warn(record: object, message: string): void;
  /** What failed, here or upstream. */
  error(record: object, message: string): void;
}

const LEVELS = ['info', 'warn', 'error'] as const;

/**
 * An observer that writes one record a request when it is over, a {@link RequestRecord}: `info` for
 * what went as it should, a client that left and a stream that the closing gateway ended included;
 * `warn` for what a slot refused; `error` for what failed, here or upstream: an answer with 500 or
 * more, and one that broke off. No header, query string or argument is in it.
 *
 * @param logger - pino, or anything with `info`, `warn` and `error`, called with `(record, message)`.
 * @returns An observer for `observe`.
 * @throws {GatewayConfigError} if `logger` is no such thing.
 */
export function accessLog(logger: AccessLogger): Observer {
  checkConfig((problems) => {
    const isLogger = LEVELS.every((level) => typeof logger?.[level] === 'function');
    if (!isLogger) problems.add(logger, 'a logger with the functions info, warn and error');
  });
  return {
    onClose(record) {
      logger[levelOf(record)](record, `${record.method} ${record.status ?? record.end}`);
    },
  };
}

function levelOf({ status = 0, reason, end }: RequestRecord): (typeof LEVELS)[number] {
  if (reason === 'draining') return 'warn';
  if (status >= 500 || (isErrorReason(end) && ERRORS[end].status >= 500 && end !== 'draining')) {
    return 'error';
  }
  // In the older transport it may have been told on a stream.
  if (status === 202 && isErrorReason(reason) && ERRORS[reason].status >= 500) return 'error';
  return isErrorReason(reason) || (isErrorReason(end) && end !== 'draining') ? 'warn' : 'info';
}

import type { GatewayContext } from '../../gateway-context.ts';
import { FunctionFailure } from '../../lib/function-failure.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { plain } from '../../lib/plain-error.ts';
import { isThenable } from '../../lib/thenable.ts';
import type { ToolCall } from '../../observation.ts';
import type { AccessLogOptions } from './access-log-options.ts';
import type { RequestRecord } from './observer.ts';

/** What the functions of the app add to the lines of an access log. */
export class LogExtras {
  readonly #options: AccessLogOptions;
  /** The options whose failure was thrown already. */
  readonly #thrown = new Set<string>();

  constructor(options: AccessLogOptions) {
    this.#options = options;
  }

  /**
   * Writes one line, even if a function fails, or the logger fails at its value.
   *
   * @returns What the logger gave.
   * @throws {FunctionFailure} what one of the functions threw, or what the logger threw at their values,
   * after the line is written: one failure at a time, and one for each option.
   */
  write(
    record: RequestRecord,
    ctx: GatewayContext,
    calls: readonly ToolCall[],
    log: (line: object) => unknown,
  ): unknown {
    const failures: FunctionFailure[] = [];
    const attempt = <T>(option: keyof AccessLogOptions | 'logger', act: () => T): T | undefined => {
      try {
        return act();
      } catch (error) {
        notAwaited(error, 0);
        failures.push(new FunctionFailure(`accessLog.${option}`, error));
        return undefined;
      }
    };
    const fields = attempt('fields', () => this.#fields(ctx));
    const user = attempt('user', () => this.#user(ctx));
    const told = attempt('arguments', () => this.#arguments(calls));
    // A logger may fail at the values of the functions, never at a record.
    const hasMore = fields !== undefined || user !== undefined || told !== undefined;
    const written = hasMore
      ? attempt('logger', () => ({ result: log({ ...fields, ...record, ...user, ...told }) }))
      : undefined;
    const { result } = written ?? { result: log(record) };
    const failure = failures.find(({ option }) => !this.#thrown.has(option));
    if (failure === undefined) return result;
    this.#thrown.add(failure.option);
    notAwaited(result, 0);
    throw failure;
  }

  #fields(ctx: GatewayContext): object | undefined {
    const given = asObject(this.#options.fields?.(ctx));
    if (given === undefined) return undefined;
    // At the top of the line, a `toJSON` would take the place of the whole line.
    const { toJSON: _, ...fields } = given as Record<string, unknown>;
    return fields;
  }

  #user({ principal }: GatewayContext): object | undefined {
    const { user } = this.#options;
    if (user === undefined || principal === undefined) return undefined;
    const text: unknown = user(principal);
    if (typeof text === 'string') return { user: text };
    notAwaited(text);
    throw plain(new TypeError(`It gave ${typeof text}, not a text`));
  }

  #arguments(calls: readonly ToolCall[]): object | undefined {
    const told = this.#options.arguments;
    if (told === undefined || calls.length === 0) return undefined;
    const [first, ...others] = calls.map((call) => asObject(told(call.name, call.arguments)));
    return { arguments: others.length === 0 ? first : [first, ...others] };
  }
}

/**
 * A value that is no object, or is a promise, adds nothing. Members may be promises, where the app forgot an
 * `await`.
 */
function asObject(value: unknown): object | undefined {
  if (typeof value !== 'object' || value === null || isThenable(value)) {
    notAwaited(value);
    return undefined;
  }
  notAwaited(value, 1);
  return value;
}

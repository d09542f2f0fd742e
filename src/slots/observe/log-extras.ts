import type { GatewayContext } from '../../gateway-context.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { isThenable } from '../../lib/thenable.ts';
import type { ToolCall } from '../../observation.ts';
import type { AccessLogOptions } from './access-log-options.ts';
import type { RequestRecord } from './observer.ts';

/** What functions of the user add to the lines of an access log. */
export class LogExtras {
  readonly #options: AccessLogOptions;

  constructor(options: AccessLogOptions) {
    this.#options = options;
  }

  /**
   * Writes one line, whatever fails.
   *
   * @throws what failed first, when the line is written.
   */
  write(
    record: RequestRecord,
    ctx: GatewayContext,
    calls: readonly ToolCall[],
    log: (line: object) => void,
  ): void {
    const failures: unknown[] = [];
    const attempt = <T>(act: () => T): T | undefined => {
      try {
        return act();
      } catch (error) {
        notAwaited(error, 0);
        failures.push(error);
        return undefined;
      }
    };
    const line = {
      ...attempt(() => this.#fields(ctx)),
      ...record,
      ...attempt(() => this.#user(ctx)),
      ...attempt(() => this.#arguments(calls)),
    };
    // A logger may fail at what the functions gave, never at a record.
    if (attempt(() => isLogged(log, line)) !== true) log(record);
    if (failures.length > 0) throw failures[0];
  }

  #fields(ctx: GatewayContext): object | undefined {
    const fields = asObject(this.#options.fields?.(ctx));
    return fields && { ...fields };
  }

  #user({ principal }: GatewayContext): object | undefined {
    const { user } = this.#options;
    if (user === undefined || principal === undefined) return undefined;
    const text: unknown = user(principal);
    if (typeof text === 'string') return { user: text };
    notAwaited(text);
    throw new TypeError(`The function user of accessLog gave ${typeof text}, not a text`);
  }

  #arguments(calls: readonly ToolCall[]): object | undefined {
    const told = this.#options.arguments;
    if (told === undefined || calls.length === 0) return undefined;
    const [first, ...others] = calls.map((call) => asObject(told(call.name, call.arguments)));
    return { arguments: others.length === 0 ? first : [first, ...others] };
  }
}

function isLogged(log: (line: object) => void, line: object): boolean {
  log(line);
  return true;
}

/** What is no object, or a promise, adds nothing. */
function asObject(value: unknown): object | undefined {
  if (typeof value === 'object' && value !== null && !isThenable(value)) return value;
  notAwaited(value);
  return undefined;
}

import { FunctionFailure } from '../lib/function-failure.ts';
import { toldError, toldFailure } from '../lib/told-error.ts';

/** A row of the error table. */
interface FailedRow {
  readonly reason: string;
  readonly status: number;
}

/** What the app can do with a gateway to hear of every failure. */
const SET_THEM = 'set onError or observe to hear of every failure';

/** A middleware by itself has no such options. */
const USE_GATEWAY = 'createMcpGateway tells its onError of every failure';

/** The same for a middleware that stands without a gateway, known by its name. */
export function failureWarningAlone(name: string): ReturnType<typeof failureWarning> {
  return failureWarning(name, USE_GATEWAY);
}

/**
 * For a gateway whose failures no listener is told of: warns once of each reason for which requests fail, and
 * once of each function of the app that fails. A warning has only messages of our own in it.
 *
 * @param name - The name of the gateway, or of the middleware.
 */
export function failureWarning(
  name: string,
  advice: string = SET_THEM,
): (row: FailedRow, failure: unknown) => void {
  const told = new Set<string>();
  return function warnOfFailure({ reason, status }, failure) {
    const option = failure instanceof FunctionFailure ? failure.option : undefined;
    const kind = option ?? reason;
    // Below 500 it is for the client to do something about it.
    if (told.has(kind) || (option === undefined && status < 500)) return;
    told.add(kind);
    const what =
      failure instanceof FunctionFailure
        ? `${toldFailure(failure)}. This is told once for each function`
        : `${status} ${reason}${causeText(failure)}. This is told once for each reason`;
    process.emitWarning(`MCP gateway ${JSON.stringify(name)}: ${what}; ${advice}.`, {
      type: 'McpGatewayWarning',
      code: 'MCP_GATEWAY_FAILURE',
    });
  };
}

function causeText(cause: unknown): string {
  return cause === undefined ? '' : ` (${toldError(cause)})`;
}

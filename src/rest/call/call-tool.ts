import { isFieldValue } from '../../http/field.ts';
import type { RestErrorContext } from '../options.ts';
import { isDeep } from '../result/is-deep.ts';
import type { Era } from '../result/output.ts';
import { resultOf } from '../result/result-of.ts';
import { scrubber } from '../result/scrub.ts';
import { errorResult, type ToolResult } from '../result/tool-result.ts';
import type { BuiltTool } from '../tool/built-tool.ts';
import type { Api } from './api.ts';
import { ApiFailure } from './api-failure.ts';
import { ArgumentProblem } from './argument-problem.ts';
import { type ApiRequest, buildRequest } from './build-request.ts';

/** What calls have in common. */
export interface Calls {
  readonly api: Api;
  /** Where the API is; undefined for a handler in this process. */
  readonly base: URL | undefined;
  /** Lower-case names of headers that go to the API as they come. */
  readonly forward: readonly string[];
  readonly onError: (error: unknown, context: RestErrorContext) => void;
}

/** A call, as it came. */
export interface ToolCall {
  readonly args: Readonly<Record<string, unknown>>;
  readonly era: Era;
  /** Reads a header of the request that the call came with. */
  readonly header: (name: string) => string | undefined;
  /** Reads a field of the trace context, which a message may have in its `_meta` instead. */
  readonly traceField: (name: string) => string | undefined;
  /** Aborted when the client does not wait for the result any more. */
  readonly signal: AbortSignal;
}

/** Calls the API. Every failure is a result that a model can read: nothing here is an error of MCP. */
export async function callTool(tool: BuiltTool, call: ToolCall, calls: Calls): Promise<ToolResult> {
  try {
    const problem = isDeep(call.args) ? 'they are nested too deep' : tool.check(call.args);
    if (problem !== undefined) throw new ArgumentProblem(problem);
    return await exchange(tool, buildRequest(tool.plan, calls.api.base, call.args), call, calls);
  } catch (error) {
    if (error instanceof ArgumentProblem) return wrongArguments(error.message);
    const isExpected = error instanceof ApiFailure;
    if (!isExpected || error.kind !== 'cancelled') calls.onError(error, { tool: tool.name });
    return errorResult(isExpected ? error.message : 'The call failed.');
  }
}

async function exchange(
  tool: BuiltTool,
  request: ApiRequest,
  call: ToolCall,
  { api, base, forward }: Calls,
): Promise<ToolResult> {
  const forwarded = headersFrom(forward, call.header);
  const headers = { ...OWN_HEADERS, ...headersFrom(TRACE, call.traceField), ...forwarded };
  const answer = await inTime(tool.timeout, call.signal, (signal) =>
    api.send(request, headers, signal),
  );
  const scrub = (text: string) => scrubber(base, Object.values(forwarded))(text);
  return resultOf(answer, tool.result, call.era, scrub);
}

function wrongArguments(problem: string): ToolResult {
  return errorResult(`The arguments are wrong: ${problem}. Correct them and call it again.`);
}

const OWN_HEADERS = {
  accept: 'application/json, */*;q=0.5',
  'accept-encoding': 'identity',
  'user-agent': 'express-mcp-gateway',
};

/** W3C Trace Context. */
const TRACE = ['traceparent', 'tracestate', 'baggage'];

function headersFrom(names: readonly string[], header: ToolCall['header']): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of names) {
    const value = header(name);
    if (isFieldValue(value)) headers[name] = value;
  }
  return headers;
}

/** Runs `send` with a signal that is aborted with the call, or when the time is over. */
async function inTime<T>(
  ms: number,
  outer: AbortSignal,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const cancel = () => controller.abort(new ApiFailure('cancelled'));
  const timer = setTimeout(() => controller.abort(new ApiFailure('timeout')), ms);
  if (outer.aborted) cancel();
  else outer.addEventListener('abort', cancel, { once: true });
  try {
    return await send(controller.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', cancel);
  }
}

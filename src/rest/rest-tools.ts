import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { failureWarning } from '../warnings/failure.ts';
import { Api } from './call/api.ts';
import { ApiFailure } from './call/api-failure.ts';
import type { Calls } from './call/call-tool.ts';
import { loadDocument, type OpenApiDocument } from './document/load-document.ts';
import { asObject, asText } from './json.ts';
import type { RestErrorContext, RestTools, RestToolsOptions } from './options.ts';
import { type RestSettings, readOptions } from './read-options.ts';
import { type ServerIdentity, serveTools } from './server.ts';
import { buildTools } from './tool/build-tools.ts';
import { shorten } from './tool/shorten.ts';

/** From how many tools on models begin to choose the wrong one. */
const MANY = 40;

/**
 * Makes an MCP server of operations of an HTTP API: a handler for `target` of a gateway, in the same process, so that
 * authentication, scopes, limits, policies and records are those of the gateway. It needs the packages `@modelcontextprotocol/server`,
 * `@modelcontextprotocol/node`, `ajv` and `ajv-formats`, and for files `@readme/openapi-parser`.
 *
 * Arguments are checked before a request is made, and where each argument goes is worked out beforehand: no
 * argument changes the place of the API, a path outside of its segment, or which parameters and headers there
 * are. Every answer of the API other than 2xx, a 401 included, is a result with `isError`.
 *
 * @returns The handler, with its `tools`, and what was `skipped`.
 * @throws {GatewayConfigError} with every mistake in the options, as a rejection.
 * @see OpenAPI 3.1, "Parameter Object"; MCP 2026-07-28, "Tools"
 *
 * @example From `examples/rest-file.ts`:
 * ```ts
 * const tools = await restTools({
 *   openapi: './orders.openapi.yaml',
 *   baseUrl: 'https://orders.example/v1',
 *   operations: ['listOrders', 'getOrder', 'POST /orders'],
 *   forward: ['Authorization'],
 * });
 * ```
 */
export async function restTools(options: RestToolsOptions): Promise<RestTools> {
  const settings = checkConfig('restTools', (problems) => readOptions(problems, options));
  const { openapi } = settings;
  const document = openapi === undefined ? undefined : await loadDocument(openapi);
  const { tools, skipped } = checkConfig('restTools', (problems) =>
    buildTools(problems, settings, document),
  );
  if (tools.length > MANY) warnOfMany(tools.length);
  const calls = callsOf(settings);
  const handler = await serveTools(
    tools.map((tool) => ({ tool, calls })),
    identityOf(document),
  );
  return Object.assign(handler, { tools: tools.map(({ shown }) => shown.modern), skipped });
}

isFactory('restTools', restTools);

/**
 * The same for tools that are written by hand, of several APIs: one server has them all.
 *
 * @throws {GatewayConfigError} with the mistakes of the first options that have any, as a rejection.
 */
export async function serveByHand(
  all: readonly RestToolsOptions[],
  identity: ServerIdentity,
): Promise<(req: IncomingMessage, res: ServerResponse) => Promise<void>> {
  const served = all.flatMap((options) => {
    const settings = checkConfig('restTools', (problems) => readOptions(problems, options));
    const { tools } = checkConfig('restTools', (problems) =>
      buildTools(problems, settings, undefined),
    );
    const calls = callsOf(settings);
    return tools.map((tool) => ({ tool, calls }));
  });
  return await serveTools(served, identity);
}

function callsOf(settings: RestSettings): Calls {
  const { base, forward } = settings;
  return {
    api: new Api(base),
    base: base instanceof URL ? base : undefined,
    forward: forward.map((name) => name.toLowerCase()),
    onError: reporter(settings),
  };
}

function identityOf(document: OpenApiDocument | undefined): ServerIdentity {
  const info = asObject(document?.root.info);
  return {
    name: shorten(asText(info?.title) ?? 'REST tools'),
    version: shorten(asText(info?.version) ?? '0'),
  };
}

function warnOfMany(count: number): void {
  process.emitWarning(
    `restTools has ${count} tools: with more than ${MANY}, models choose the wrong one more often, and each call costs more. Name fewer operations.`,
    { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_MANY_TOOLS' },
  );
}

function reporter({ onError }: RestSettings): (error: unknown, context: RestErrorContext) => void {
  if (onError === undefined) {
    const warn = failureWarning('restTools', 'set onError of restTools to hear of every failure');
    return (error) => warn(rowOf(error), error);
  }
  return (error, context) => {
    try {
      onError(error, context);
    } catch {
      // A failure of `onError` itself is ignored.
    }
  };
}

/** The reason and the status that the gateway has for the same failure of an upstream. */
function rowOf(error: unknown): { readonly reason: string; readonly status: number } {
  const kind = error instanceof ApiFailure ? error.kind : undefined;
  if (kind === 'unreachable') return { reason: 'upstream_unreachable', status: 502 };
  if (kind === 'timeout') return { reason: 'upstream_timeout', status: 504 };
  return kind === 'lost' || kind === 'unreadable'
    ? { reason: 'upstream_invalid', status: 502 }
    : { reason: 'internal_error', status: 500 };
}

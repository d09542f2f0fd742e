import type { GatewayConfig } from '../../config.ts';
import { checkGateway } from '../../gateway.ts';
import { GatewayConfigError } from '../../options/gateway-config-error.ts';
import type { RestTools, RestToolsOptions } from '../../rest/options.ts';
import type { Arguments } from '../arguments.ts';
import { CommandError, systemCode, UsageError } from '../command-error.ts';
import { DEFAULT_PLAN } from '../server/server-plan.ts';
import type { Input } from './input.ts';
import { toolTexts } from './tool-texts.ts';

const PATH = '/mcp';

/** An OpenAPI document, of whose operations tools are made. */
export const openApi: Input = {
  options: ['base-url', 'operations', 'forward'],
  async open(file, { own }) {
    const forward = listOf(own.forward);
    const tools = await toolsOf(file, { openapi: file, forward, ...placeOf(file, own) });
    const config: GatewayConfig = { target: tools, path: PATH, headers: { forward } };
    checkGateway(config);
    return {
      plan: DEFAULT_PLAN,
      warnings: [OPEN_TO_ALL],
      // The server of the tools has no streams and no sessions.
      endpoints: [{ path: PATH, methods: ['POST'] }],
      details: toolTexts(tools),
      mount(app, observe, create) {
        const gateway = create({ ...config, observe }, PATH);
        app.use(gateway);
        return [gateway];
      },
    };
  },
};

const OPEN_TO_ALL = {
  path: 'auth',
  message:
    'every client that reaches the port can call these tools; for authentication and limits, give target: await restTools(…) in a gateway.config.js',
};

function placeOf(
  file: string,
  { 'base-url': baseUrl, operations }: Arguments['own'],
): Pick<RestToolsOptions, 'baseUrl' | 'operations'> {
  if (baseUrl === undefined) {
    throw new UsageError(
      `${file} is an OpenAPI document: give --base-url, the URL of the API. What the document says of servers is not believed`,
    );
  }
  if (operations === undefined) {
    throw new UsageError(
      `${file} is an OpenAPI document: give --operations, a list of ids, 'METHOD /path' or tag:NAME. Nothing is a tool that is not named`,
    );
  }
  return { baseUrl, operations: listOf(operations) };
}

function listOf(given: readonly string[] = []): string[] {
  return given.flatMap((list) => list.split(',').map((item) => item.trim()));
}

/** Loaded only here: most users of the command have no OpenAPI document, and not the packages either. */
async function toolsOf(file: string, options: RestToolsOptions): Promise<RestTools> {
  try {
    const { restTools } = await import('../../rest/rest-tools.ts');
    return await restTools(options);
  } catch (error) {
    if (error instanceof GatewayConfigError) throw error;
    if (!isMissing(error)) throw error;
    throw new CommandError(
      `${file} is an OpenAPI document, which needs packages: npm install @modelcontextprotocol/server @modelcontextprotocol/node @readme/openapi-parser ajv ajv-formats`,
    );
  }
}

function isMissing(error: unknown): boolean {
  const { cause } = Object(error) as { readonly cause?: unknown };
  return [error, cause].some((one) => systemCode(one) === 'ERR_MODULE_NOT_FOUND');
}

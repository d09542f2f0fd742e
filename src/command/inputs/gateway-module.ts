import { realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import express, { type Express } from 'express';
import type { GatewayConfig } from '../../config.ts';
import { checkGateway } from '../../gateway.ts';
import { MCP_METHODS } from '../../mcp/http-methods.ts';
import { GatewayConfigError } from '../../options/gateway-config-error.ts';
import { CommandError, systemCode } from '../command-error.ts';
import { DEFAULT_PLAN } from '../server/server-plan.ts';
import type { Input } from './input.ts';
import { settled } from './settled.ts';

/** A module whose default export is the options of gateways, or a function that gives them. */
export const gatewayModule: Input = {
  options: [],
  async open(file) {
    const app = express();
    app.disable('x-powered-by');
    const configs = await configsOf(file, await load(file), app);
    checkAll(file, configs);
    return {
      plan: DEFAULT_PLAN,
      warnings: [],
      endpoints: configs.map((config) => ({
        path: pathOf(config),
        methods: config.methods ?? MCP_METHODS,
      })),
      mount(outer, observer, create) {
        outer.use(app);
        const gateways = configs.map((config) => {
          return create({ ...config, observe: config.observe ?? observer }, pathOf(config));
        });
        for (const gateway of gateways) app.use(gateway);
        return gateways;
      },
    };
  },
};

async function load(file: string): Promise<unknown> {
  const path = resolve(file);
  try {
    await stat(path);
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${systemCode(error) ?? error}`);
  }
  try {
    const { default: exported } = await settled(import(hrefToRead(await realpath(path))));
    return exported;
  } catch (error) {
    throw new CommandError(`${file} cannot be loaded: ${textOf(error)}${hintFor(file, error)}`);
  }
}

let readings = 0;

/**
 * The URL by which a module is read anew: Node reads a module once for each URL, and one of CommonJS once for
 * each file.
 */
function hrefToRead(path: string): string {
  readings += 1;
  const { href } = pathToFileURL(path);
  if (readings === 1) return href;
  delete createRequire(import.meta.url).cache[path];
  return `${href}?reading=${readings}`;
}

/** The function may set up the app, with `trust proxy` or middleware of its own. */
async function configsOf(
  file: string,
  exported: unknown,
  app: Express,
): Promise<readonly GatewayConfig[]> {
  const given = typeof exported === 'function' ? await call(file, exported, app) : exported;
  const configs: readonly GatewayConfig[] = Array.isArray(given) ? given : [given];
  const areObjects = configs.every((config) => typeof config === 'object' && config !== null);
  if (configs.length > 0 && areObjects) return configs;
  throw new CommandError(
    `${file} has to export default the options of a gateway, a list of them, or a function that gives either`,
  );
}

async function call(file: string, give: unknown, app: Express): Promise<unknown> {
  try {
    return await settled((give as (given: { readonly app: Express }) => unknown)({ app }));
  } catch (error) {
    if (error instanceof GatewayConfigError) throw error;
    throw new CommandError(`the function in ${file} has failed: ${textOf(error)}`);
  }
}

/**
 * The text of an error with all that the author of the file needs to find the place, without the frames of
 * Node and of this command.
 */
function textOf(error: unknown): string {
  if (error instanceof GatewayConfigError) return error.message;
  const lines = String(Object(error).stack ?? error).split('\n');
  const ours = lines.findIndex((line) => line.startsWith('    at async settled '));
  return lines
    .slice(0, ours === -1 ? lines.length : ours)
    .filter((line) => !/^ {4}at (async )?(.+\()?node:/.test(line))
    .join('\n');
}

/** For an ES module, Node says what is wrong with its syntax, and not where. */
function hintFor(file: string, error: unknown): string {
  if (!(error instanceof SyntaxError) || textOf(error) !== String(error)) return '';
  return `. \`node --check ${file}\` shows the place; if it finds none, that is in a file that this one imports`;
}

/** Of several gateways, all mistakes are told at once. */
function checkAll(file: string, configs: readonly GatewayConfig[]): void {
  const failed = configs.flatMap((config, i) => {
    try {
      checkGateway(config);
      return [];
    } catch (error) {
      if (!(error instanceof GatewayConfigError)) throw error;
      return configs.length === 1 ? error.message : `[${i}]: ${error.message}`;
    }
  });
  const paths = configs.map(pathOf);
  const repeated = paths.find((path, i) => paths.indexOf(path) !== i);
  if (repeated !== undefined) {
    failed.push(`two gateways have the path ${repeated}, and the second would get no request`);
  }
  if (failed.length > 0) throw new CommandError([`${file} does not start:`, ...failed].join('\n'));
}

function pathOf({ path = '/mcp' }: GatewayConfig): string {
  return path;
}

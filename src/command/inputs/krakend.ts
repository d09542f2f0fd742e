import { basename } from 'node:path';
import { CelNeeded } from '../../krakend/cel-support.ts';
import type { KrakendNote } from '../../krakend/notes.ts';
import type { KrakendAllowance, KrakendReadOptions } from '../../krakend/options.ts';
import { checkDocument, runDocument } from '../../krakend/run-document.ts';
import type { Arguments } from '../arguments.ts';
import { CommandError, systemCode } from '../command-error.ts';
import { programSource } from '../print/program-source.ts';
import type { Input } from './input.ts';
import { parseYaml } from './parse-yaml.ts';
import { readText } from './read-text.ts';

/** A configuration of KrakenD. */
export const krakend: Input = {
  options: ['print', 'public-url', 'only', 'allow'],
  async open(file, args) {
    const document = await readDocumentFile(file);
    const options = optionsOf(args);
    const plan = await withCelIfNeeded(file, () => checkDocument(document, options));
    const { listen, warnings, gateways } = plan;
    return {
      plan: listen,
      warnings: warnings.filter(isOpen),
      endpoints: gateways.map(({ path, config }) => ({ path, methods: config.methods ?? [] })),
      mount(app, observer, create) {
        const own = runDocument(document, { ...options, observe: observer }, create);
        app.use(own.router);
        return own.gateways.map(({ gateway }) => gateway);
      },
      print() {
        if (plan.virtualHosts.length > 0) {
          throw new CommandError(
            `${file} has server/virtualhost, and no program is printed for several hosts. Take one document for each.`,
          );
        }
        const { port = listen.port, host = listen.host } = args;
        const server = { ...listen, port, host };
        // YAML has numbers that are none of JSON.
        const text = typeof document === 'string' ? document : JSON.stringify(document);
        const given: object = JSON.parse(text);
        return programSource({ file: basename(file), document: given, options, plan, server });
      },
    };
  },
};

/** Settings that the library leaves to the app around it. The command applies them. */
const DONE_HERE: readonly string[] = [
  'max_header_bytes',
  'tls',
  'extra_config["telemetry/logging"]',
  'extra_config.router.error_body["404"]',
  'extra_config.router.error_body["405"]',
];

function isOpen({ path }: KrakendNote): boolean {
  return !DONE_HERE.includes(path);
}

async function readDocumentFile(file: string): Promise<string | object> {
  if (/\.toml$/i.test(file)) {
    const json = file.replace(/\.toml$/i, '.json');
    throw new CommandError(
      `${file} is TOML, which is not read here. Convert it: yq -p toml -o json ${file} > ${json}`,
    );
  }
  const text = await readText(file);
  // Any other file is read as a document, and that reader says what is wrong.
  return /\.ya?ml$/i.test(file) ? ((await parseYaml(file, text)) as object) : text;
}

function optionsOf({ own }: Arguments): KrakendReadOptions {
  const { 'public-url': publicUrl, only, allow } = own;
  return {
    env: process.env,
    ...(publicUrl !== undefined && { publicUrl }),
    ...(only !== undefined && { only }),
    ...(allow !== undefined && { allow: allow as readonly KrakendAllowance[] }),
  };
}

/**
 * Loads the support of expressions only where it is needed: its packages may not be installed, and most
 * documents have no expression.
 */
async function withCelIfNeeded<T>(file: string, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CelNeeded)) throw error;
  }
  const { withCel } = await loadCel(file);
  withCel();
  return read();
}

async function loadCel(file: string): Promise<typeof import('../../krakend/with-cel.ts')> {
  try {
    return await import('../../krakend/with-cel.ts');
  } catch (error) {
    if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CommandError(
      `${file} has expressions or patterns, which need packages: npm install @bufbuild/cel @bufbuild/protobuf @bufbuild/re2`,
    );
  }
}

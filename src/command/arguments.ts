import { parseArgs } from 'node:util';
import { systemCode, UsageError } from './command-error.ts';

/** How the command was called. */
export interface Arguments {
  /** The file to run. */
  readonly file: string | undefined;
  readonly mode: 'serve' | 'check' | 'print' | 'help' | 'version';
  readonly port: number | undefined;
  readonly host: string | undefined;
  /** Whether the file is read again when it changes. */
  readonly watch: boolean;
  /** Options that only some kinds of files take, by their names. */
  readonly own: {
    readonly 'public-url'?: string;
    readonly only?: readonly string[];
    readonly allow?: readonly string[];
    readonly 'base-url'?: string;
    readonly operations?: readonly string[];
    readonly forward?: readonly string[];
  };
}

const OPTIONS = {
  check: { type: 'boolean' },
  print: { type: 'boolean' },
  watch: { type: 'boolean' },
  port: { type: 'string' },
  host: { type: 'string' },
  'public-url': { type: 'string' },
  only: { type: 'string', multiple: true },
  allow: { type: 'string', multiple: true },
  'base-url': { type: 'string' },
  operations: { type: 'string', multiple: true },
  forward: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

const MODES = ['help', 'version', 'check', 'print'] as const;

/** @throws {UsageError} for arguments that the command does not know. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const { port, host, watch = false, check, print, help, version, ...own } = values;
  if (positionals.length > 1) throw new UsageError('give one file');
  if (check === true && print === true) throw new UsageError('give --check or --print, not both');
  if (watch && (check === true || print === true)) {
    throw new UsageError('--watch is for a server, not for --check or --print');
  }
  const mode = MODES.find((name) => values[name] === true) ?? 'serve';
  const [file] = positionals;
  if (file === undefined && mode !== 'help' && mode !== 'version') {
    throw new UsageError('give a file to run');
  }
  return { file, mode, port: readPort(port), host: readHost(host), watch, own };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    if (systemCode(error)?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    throw new UsageError((error as Error).message);
  }
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError('--port takes a number from 0 to 65535; with 0, the system picks one');
}

function readHost(text: string | undefined): string | undefined {
  if (text !== '') return text;
  throw new UsageError('--host takes an address or a name of this machine');
}

import type { GatewayContext } from '../gateway-context.ts';
import { isText } from '../lib/text.ts';
import { toldError } from '../lib/told-error.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import { LockFile } from './lock-file.ts';
import { PinDocumentError } from './pin-document.ts';
import type { PinStore } from './pin-store.ts';

/**
 * What happens to calls of a tool. `'deny'`: they are refused. `'report'`: they pass, and observers are told
 * once, or a warning of the process tells it. `'allow'`: they pass, and nothing is told.
 */
export type PinAction = 'allow' | 'report' | 'deny';

/** Options of `toolPinning`. */
export interface ToolPinningOptions {
  /**
   * The path of a file with what was approved, to be kept under version control. A file that is not there yet
   * is written when the first list of tools has come as a whole; later only `approve` writes to it. Default:
   * none; the definitions that are seen first are remembered in this process, or in `store`.
   */
  readonly lockFile?: string;
  /** The store that several processes share. Default: each process knows what it has seen itself. */
  readonly store?: PinStore;
  /** For tools that were not in the first list. Default: `'report'`. */
  readonly onNew?: PinAction;
  /** For tools whose definition has changed, or is not clear. Default: `'deny'`. */
  readonly onChanged?: PinAction;
  /** For tools that are not in the list any more. Default: `'report'`. */
  readonly onGone?: PinAction;
  /**
   * Which of several lists of the server a request is about, where the server shows users different ones:
   * `({ principal }) => principal?.claims?.tenant`, as a text. Default: there is one list.
   */
  readonly by?: (ctx: GatewayContext) => string;
}

/** The options, read. */
export interface PinningSettings {
  readonly lockFile: LockFile | undefined;
  readonly store: PinStore | undefined;
  readonly actions: Readonly<Record<'new' | 'changed' | 'gone', PinAction>>;
  readonly by: ((ctx: GatewayContext) => string) | undefined;
}

const OPTIONS = ['lockFile', 'store', 'onNew', 'onChanged', 'onGone', 'by'];
const ACTIONS: readonly unknown[] = ['allow', 'report', 'deny'];

/** Reads the options, and the lock file. */
export function readPinningOptions(
  problems: ConfigProblems,
  options: ToolPinningOptions,
): PinningSettings | undefined {
  if (!problems.keys(options, OPTIONS, "{ lockFile: 'mcp-lock.json' }")) return undefined;
  const { lockFile, store, onNew = 'report', onChanged = 'deny', onGone = 'report', by } = options;
  for (const [name, action] of Object.entries({ onNew, onChanged, onGone })) {
    if (!ACTIONS.includes(action)) problems.at(name).add(action, "'allow', 'report' or 'deny'");
  }
  if (by !== undefined && typeof by !== 'function')
    problems.at('by').add(by, 'a function', 'wrong_type');
  if (store !== undefined && !isStore(store)) {
    problems.at('store').addSecret(store, 'an object with the functions get and set', 'wrong_type');
  }
  return {
    lockFile: lockFile === undefined ? undefined : readLockFile(problems.at('lockFile'), lockFile),
    store,
    actions: { new: onNew, changed: onChanged, gone: onGone },
    by,
  };
}

function isStore(store: unknown): boolean {
  const { get, set } = (store ?? {}) as Partial<Record<'get' | 'set', unknown>>;
  return typeof get === 'function' && typeof set === 'function';
}

function readLockFile(problems: ConfigProblems, path: unknown): LockFile | undefined {
  if (!isText(path)) {
    problems.add(path, "the path of a file, like './mcp-lock.json'");
    return undefined;
  }
  try {
    return new LockFile(path);
  } catch (error) {
    const fix =
      error instanceof PinDocumentError
        ? `a lock file that is whole: ${error.message}. Restore it from version control; without it, all tools ` +
          'are approved as they are seen next'
        : `a file that can be read, or a folder in which it can be written (${toldError(error)})`;
    problems.add(path, fix, 'unavailable');
    return undefined;
  }
}

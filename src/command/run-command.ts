import { readFileSync } from 'node:fs';
import { GatewayConfigError } from '../options/gateway-config-error.ts';
import { type Arguments, readArguments } from './arguments.ts';
import { CommandError, UsageError } from './command-error.ts';
import { inputFor } from './inputs/inputs.ts';
import { check } from './modes/check.ts';
import { print } from './modes/print.ts';
import { serve } from './modes/serve.ts';
import { fingerprintOf } from './server/watch-file.ts';
import { USAGE } from './usage.ts';

/** Does what the arguments say; gives the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    await run(readArguments(args));
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\nSee express-mcp-gateway --help\n`);
      return 2;
    }
    if (error instanceof CommandError || error instanceof GatewayConfigError) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

async function run(args: Arguments): Promise<void> {
  const { mode, file = '' } = args;
  if (mode === 'help') process.stdout.write(USAGE);
  else if (mode === 'version') process.stdout.write(`${versionOf()}\n`);
  else {
    const input = await inputFor(file);
    checkOptions(args, input.options);
    // Taken before the file is read, so that no change in between is missed.
    const seen = args.watch ? await fingerprintOf(file) : '';
    const open = await input.open(file, args);
    if (mode === 'check') process.stdout.write(check(file, open));
    else if (mode === 'print') {
      const { program, notes } = print(open, args);
      process.stderr.write(notes);
      process.stdout.write(program);
    } else await serve(open, args, seen);
  }
}

/** Refuses options without effect: the user would expect an effect. */
function checkOptions({ mode, own, file }: Arguments, known: readonly string[]): void {
  const given = [...Object.keys(own), ...(mode === 'print' ? ['print'] : [])];
  for (const name of given) {
    if (!known.includes(name)) throw new UsageError(`--${name} is not for ${file}`);
  }
}

function versionOf(): string {
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return version;
}

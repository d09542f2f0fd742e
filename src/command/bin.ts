#!/usr/bin/env node
import { runCommand } from './run-command.ts';

const code = await runCommand(process.argv.slice(2));
// Something that a configuration has opened, such as a connection to a store, would keep the process running.
process.stdout.write('', () => process.exit(code));

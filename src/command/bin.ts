#!/usr/bin/env node
import { runCommand } from './run-command.ts';

const code = await runCommand(process.argv.slice(2));
// What a configuration has opened, such as a connection to a store, would keep the process.
process.stdout.write('', () => process.exit(code));

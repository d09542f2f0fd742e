import { readFile } from 'node:fs/promises';
import { CommandError, systemCode } from '../command-error.ts';

/** @throws {CommandError} where the file cannot be read. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${systemCode(error) ?? error}`);
  }
}

import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { installed } from './peer-process.ts';

const CLI = installed('@modelcontextprotocol/inspector/clients/launcher/build/index.js');

/** What `inspector --cli` prints of one call. */
export async function inspect(
  transport: 'http' | 'sse',
  url: string,
  ...call: readonly string[]
): Promise<string> {
  const args = [CLI, '--cli', url, '--transport', transport, '--method', ...call];
  // So that it reads no settings.
  const env = { ...process.env, HOME: tmpdir() };
  return (await promisify(execFile)(process.execPath, args, { env })).stdout;
}

import { fileDescriptors } from './processes/file-descriptors.ts';
import type { ManagedProcess } from './processes/managed-process.ts';
import type { Resources } from './processes/resources.ts';
import { until } from './until.ts';

/** What a gateway holds when nobody uses it. */
export interface Rest extends Resources {
  readonly files: Readonly<Record<string, number>>;
}

/**
 * Waits for a gateway to come to rest: until it has no more files open than before its first request,
 * or for a minute.
 */
export async function atRest(
  gateway: ManagedProcess,
  fresh: Readonly<Record<string, number>>,
): Promise<Rest> {
  const { pid } = gateway.life;
  await until(async () => (await fileDescriptors(pid)).socket === fresh.socket);
  const files = await fileDescriptors(pid);
  return { files, ...(await gateway.ask<Resources>('resources')) };
}

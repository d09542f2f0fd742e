import { fileDescriptors } from './processes/file-descriptors.ts';
import type { ManagedProcess } from './processes/managed-process.ts';
import type { Resources } from './processes/resources.ts';
import { until } from './until.ts';

/** What a gateway holds at rest, without requests. */
export interface Rest extends Resources {
  readonly files: Readonly<Record<string, number>>;
}

/**
 * Waits until a gateway is at rest: until it has no more sockets open than before its first request,
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

import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';

/** Settings that every process gets from its parent. */
export interface ChildSettings {
  readonly id: string;
  readonly port: number;
}

export function settingsOfChild<T extends ChildSettings>(): T {
  return JSON.parse(process.argv[2] as string);
}

/**
 * The child side of a `ManagedProcess`. It serves as long as the parent runs, and answers the
 * parent's questions over the IPC channel.
 */
export function serveAsChild(
  { port }: ChildSettings,
  listener: RequestListener,
  answers: Readonly<Record<string, () => unknown>>,
): Server {
  process.on('message', async ({ number, question }: { number: number; question: string }) => {
    process.send?.({ number, answer: await answers[question]?.() });
  });
  process.on('disconnect', () => process.exit());
  return createServer(listener).listen(port, '127.0.0.1', () => process.send?.('ready'));
}

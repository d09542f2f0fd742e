import { once } from 'node:events';
import { forkModule } from '../../support/fork-module.ts';
import { atTestEnd } from '../../support/servers.ts';

/** What a process has got and what it uses. */
export interface Usage {
  /** Bytes over all its connections. */
  readonly received: number;
  /** Bytes in use after a garbage collection. */
  readonly memory: number;
}

export interface SmallPiecesProcess {
  readonly port: number;
  usage(): Promise<Usage>;
  /** Waits until nothing more comes in; gives the least that is in use from then on, for a second. */
  settled(): Promise<Usage>;
}

/** Starts `small-pieces-process.ts`; one that ends rejects whatever is asked of it. */
export async function startSmallPieces(kind: string, target: string): Promise<SmallPiecesProcess> {
  const script = new URL('./small-pieces-process.ts', import.meta.url);
  const child = forkModule(script, [kind, target], {
    execArgv: ['--expose-gc', '--max-old-space-size=64'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const exit = once(child, 'exit');
  atTestEnd(async () => {
    child.kill();
    await exit;
  });
  const gone = exit.then(([code, signal]) => {
    throw new Error(`The process ended: ${code} ${signal}`);
  });
  gone.catch(() => {});
  const next = async <T>() => {
    const [message] = (await Promise.race([once(child, 'message'), gone])) as [T];
    return message;
  };
  const { port } = await next<{ port: number }>();
  const usage = () => {
    const told = next<Usage>();
    child.send('usage');
    return told;
  };
  return {
    port,
    usage,
    async settled() {
      // What is passed on, or on its way to be collected, is in use for a moment longer: what is kept
      // is in use at every look.
      let least = await usage();
      for (let quiet = 0; quiet < 10; ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        const now = await usage();
        const isQuiet = now.received === least.received;
        quiet = isQuiet ? quiet + 1 : 0;
        if (!isQuiet || now.memory < least.memory) least = now;
      }
      return least;
    },
  };
}

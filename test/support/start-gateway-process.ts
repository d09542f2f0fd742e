import { once } from 'node:events';
import type { GatewayConfig, GatewayError } from '../../src/index.ts';
import { isInProcess } from './endpoint.ts';
import { forkModule } from './fork-module.ts';

export interface GatewayProcess {
  readonly port: number;
  /** Uncaught errors; each of them would have ended the process of an app. */
  readonly uncaught: string[];
  /** Waits until `onError` got that many failures; gives them. */
  told(count: number): Promise<readonly Failure[]>;
  /** Bytes in use after a garbage collection. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

type Failure = Pick<GatewayError, 'reason' | 'status'>;
type Message = { port: number } | { uncaught: string } | { failure: Failure } | { memory: number };

/** The path of a second gateway of the process, with the same config and connections, but without timers. */
export const PATIENT_PATH = '/patient/mcp';

/** Starts a gateway in a process of its own; `config` has to survive JSON. */
export async function startGatewayProcess(
  config: GatewayConfig,
  env: Record<string, string> = {},
): Promise<GatewayProcess> {
  const script = new URL('./gateway-process.ts', import.meta.url);
  const child = forkModule(script, [JSON.stringify({ config, isInProcess })], {
    env: { ...process.env, ...env },
    execArgv: ['--expose-gc'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const uncaught: string[] = [];
  const failures: Failure[] = [];
  const exit = once(child, 'exit');
  child.on('message', (message: Message) => {
    if ('port' in message) resolve(message.port);
    else if ('failure' in message) failures.push(message.failure);
    else if ('uncaught' in message) uncaught.push(message.uncaught);
  });
  child.on('exit', (code) => {
    if (code !== 0) uncaught.push(`exit code ${code}`);
    reject(new Error(`The gateway process ended: ${uncaught.join('\n')}`));
  });
  const port = await promise;
  return {
    port,
    uncaught,
    async told(count) {
      while (failures.length < count) await once(child, 'message');
      return failures;
    },
    async memory() {
      child.send('memory');
      const [{ memory }] = await once(child, 'message');
      return memory;
    },
    async stop() {
      child.disconnect();
      await exit;
    },
  };
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import express, { type Express } from 'express';
import type { McpGateway } from '../../gateway.ts';
import { GatewayConfigError } from '../../options/gateway-config-error.ts';
import type { Arguments } from '../arguments.ts';
import { CommandError, UsageError } from '../command-error.ts';
import type { OpenInput } from '../inputs/input.ts';
import { inputFor } from '../inputs/inputs.ts';
import { appFor, type ServedApp } from './app.ts';
import { LastingGateways } from './lasting-gateways.ts';
import type { Log } from './log.ts';
import type { ServerPlan } from './server-plan.ts';
import { FileWatch } from './watch-file.ts';

/** What a server has from its first moment on. */
const FIXED = ['port', 'host', 'tls', 'limits', 'maxHeaderSize', 'log'] as const;

/** An app for a file that is read again when it changes. What is wrong with it then is told, and changes nothing. */
export class LiveApp {
  /** Goes on as the same for the server, whatever is behind it. */
  readonly app: Express = express();
  readonly #args: Arguments;
  readonly #log: Log;
  readonly #tellRefused: (text: string) => void;
  readonly #gateways = new LastingGateways();
  readonly #leaving = new Set<Promise<void>>();
  readonly #watch: FileWatch;
  #served: ServedApp | undefined;
  #plan: ServerPlan;
  /** What the file said when it was last read, in short. */
  #seen = '';
  #isReading = false;
  #isStale = false;
  #isStopped = false;

  private constructor(
    args: Arguments,
    plan: ServerPlan,
    log: Log,
    tellRefused: (text: string) => void,
  ) {
    this.#args = args;
    this.#plan = plan;
    this.#log = log;
    this.#tellRefused = tellRefused;
    const { file = '' } = args;
    this.#watch = new FileWatch(
      file,
      () => void this.#changed(),
      (error) => tellRefused(`${file} is not watched any more: ${error.message}`),
    );
    this.app.disable('x-powered-by');
    this.app.use((req, res, next) => this.#served?.app(req, res, next));
  }

  /**
   * Begins to serve what has been read, and to watch where it came from.
   *
   * @param tellRefused - Told why a change was not applied.
   */
  static async start(
    input: OpenInput,
    args: Arguments,
    log: Log,
    tellRefused: (text: string) => void,
  ): Promise<LiveApp> {
    const live = new LiveApp(args, input.plan, log, tellRefused);
    live.#seen = await live.#read();
    await live.#serve(input);
    await live.#watch.start();
    // It may have changed since it was read.
    void live.#changed();
    return live;
  }

  /** Those that are to be closed. */
  get gateways(): readonly McpGateway[] {
    return this.#served?.gateways ?? [];
  }

  /** Of what was read last. */
  get graceMs(): number | undefined {
    return this.#plan.graceMs;
  }

  /** Does not look any more. Resolves when the gateways that the file does not have any more are closed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#watch.stop();
    await Promise.all(this.#leaving);
  }

  async #serve(input: OpenInput): Promise<void> {
    const mount = (create: Parameters<typeof appFor>[2]) => appFor(input, this.#log, create);
    const [served, gone] = await this.#gateways.replace(mount);
    this.#served = served;
    const { graceMs } = this.#plan;
    for (const gateway of gone) {
      const leaving = gateway.close(graceMs === undefined ? {} : { graceMs });
      this.#leaving.add(leaving);
      void leaving.finally(() => this.#leaving.delete(leaving));
    }
  }

  /** What the file says, in short; nothing where it is not there. */
  async #read(): Promise<string> {
    try {
      return createHash('sha256')
        .update(await readFile(this.#args.file ?? ''))
        .digest('hex');
    } catch {
      return '';
    }
  }

  async #changed(): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isStale) {
      this.#isStale = false;
      const seen = await this.#read();
      if (seen === this.#seen) continue;
      this.#seen = seen;
      await this.#apply();
    }
    this.#isReading = false;
  }

  async #apply(): Promise<void> {
    const { file = '' } = this.#args;
    try {
      const kind = await inputFor(file);
      const input = await kind.open(file, this.#args);
      if (this.#isStopped) return;
      await this.#serve(input);
      const fixed = FIXED.filter((name) => !isDeepStrictEqual(this.#plan[name], input.plan[name]));
      for (const { path, message } of input.warnings) {
        this.#log.say('warn', `${path || 'document'}: ${message}`);
      }
      for (const name of fixed) {
        this.#log.say('warn', `${name}: this holds from the next start on`);
      }
      this.#plan = { ...input.plan, ...pick(this.#plan) };
      const paths = input.endpoints.map(({ path }) => path).join(', ');
      this.#log.say('info', `${file} has changed, and holds from now on for ${paths}`);
    } catch (error) {
      this.#tellRefused(
        `${file} has changed and is not applied; what ran before runs on: ${textOf(error)}`,
      );
    }
  }
}

function pick(plan: ServerPlan): Pick<ServerPlan, (typeof FIXED)[number]> {
  const { port, host, tls, limits, maxHeaderSize, log } = plan;
  return { port, host, tls, limits, maxHeaderSize, log };
}

function textOf(error: unknown): string {
  const isTold =
    error instanceof CommandError ||
    error instanceof UsageError ||
    error instanceof GatewayConfigError;
  return isTold ? error.message : String(Object(error).stack ?? error);
}

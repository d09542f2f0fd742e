import { isDeepStrictEqual } from 'node:util';
import express, { type Express } from 'express';
import type { McpGateway } from '../../gateway.ts';
import { noop } from '../../lib/noop.ts';
import { GatewayConfigError } from '../../options/gateway-config-error.ts';
import type { Arguments } from '../arguments.ts';
import { CommandError, UsageError } from '../command-error.ts';
import type { OpenInput } from '../inputs/input.ts';
import { inputFor } from '../inputs/inputs.ts';
import { appFor, type ServedApp } from './app.ts';
import { LastingGateways } from './lasting-gateways.ts';
import type { Log } from './log.ts';
import type { ServerPlan } from './server-plan.ts';
import { FileWatch, fingerprintOf } from './watch-file.ts';

/** Settings that a server keeps from its start on. */
const FIXED = ['port', 'host', 'tls', 'limits', 'maxHeaderSize', 'log'] as const;

/** How long the reading of a file may take before the operator is told that it is not done yet. */
const TOLD_MS = 2000;

const RUNS_ON = 'what ran before runs on';

/** An app for a file that is read again when it changes. Mistakes in it are told then, and change nothing. */
export class LiveApp {
  /** The app that the server keeps, while the app behind it is replaced. */
  readonly app: Express = express();
  readonly #args: Arguments;
  readonly #log: Log;
  readonly #tellRefused: (text: string) => void;
  readonly #gateways = new LastingGateways();
  readonly #leaving = new Set<Promise<void>>();
  readonly #watch: FileWatch;
  #served: ServedApp | undefined;
  #plan: ServerPlan;
  /** The fingerprint of the file when it was last read. */
  #seen = '';
  /** The number of the last look at the file. */
  #turn = 0;
  #serving: Promise<void> = Promise.resolve();
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
   * Begins to serve a file that has been read, and to watch that file.
   *
   * @param seen - The fingerprint of the file before it was read.
   * @param tellRefused - Told why a change was not applied.
   */
  static async start(
    input: OpenInput,
    args: Arguments,
    seen: string,
    log: Log,
    tellRefused: (text: string) => void,
  ): Promise<LiveApp> {
    const live = new LiveApp(args, input.plan, log, tellRefused);
    live.#seen = seen;
    await live.#serve(input);
    await live.#watch.start();
    // The file may have changed since it was read.
    void live.#changed();
    return live;
  }

  /** The gateways that are to be closed. */
  get gateways(): readonly McpGateway[] {
    return this.#served?.gateways ?? [];
  }

  /** The grace period of the file as it was last applied. */
  get graceMs(): number | undefined {
    return this.#plan.graceMs;
  }

  /** Stops watching. Resolves when the gateways that the file does not have any more are closed. */
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

  async #changed(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const seen = await fingerprintOf(this.#args.file ?? '');
    if (turn !== this.#turn || seen === this.#seen) return;
    this.#seen = seen;
    const { file = '' } = this.#args;
    const isOver = () => this.#isStopped || this.#seen !== seen;
    const told = setTimeout(() => {
      if (!isOver()) this.#tellRefused(`${file} has changed and is still being read; ${RUNS_ON}`);
    }, TOLD_MS);
    try {
      const input = await (await inputFor(file)).open(file, this.#args);
      // A reading that takes for ever must not keep a later one from being applied, nor take its place.
      const applied = this.#serving.then(() => (isOver() ? undefined : this.#apply(input)));
      this.#serving = applied.catch(noop);
      await applied;
    } catch (error) {
      if (isOver()) return;
      this.#tellRefused(`${file} has changed and is not applied; ${RUNS_ON}: ${textOf(error)}`);
    } finally {
      clearTimeout(told);
    }
  }

  async #apply(input: OpenInput): Promise<void> {
    await this.#serve(input);
    const fixed = FIXED.filter((name) => !isDeepStrictEqual(this.#plan[name], input.plan[name]));
    for (const { path, message } of input.warnings) {
      this.#log.say('warn', `${path || 'document'}: ${message}`);
    }
    for (const name of fixed) {
      this.#log.say('warn', `${name}: this holds from the next start on`);
    }
    this.#plan = { ...input.plan, ...fixedOf(this.#plan) };
    const paths = input.endpoints.map(({ path }) => path).join(', ');
    this.#log.say('info', `${this.#args.file} has changed, and holds from now on for ${paths}`);
  }
}

function fixedOf(plan: ServerPlan): Partial<ServerPlan> {
  return Object.fromEntries(FIXED.map((name) => [name, plan[name]]));
}

function textOf(error: unknown): string {
  const isTold =
    error instanceof CommandError ||
    error instanceof UsageError ||
    error instanceof GatewayConfigError;
  return isTold ? error.message : String(Object(error).stack ?? error);
}

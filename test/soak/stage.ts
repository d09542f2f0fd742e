import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports.ts';
import { startRedisServer } from '../support/redis-server.ts';
import type { SoakOptions } from './options.ts';
import type { GatewaySettings } from './processes/gateway-process.ts';
import { ManagedProcess } from './processes/managed-process.ts';
import { Nginx } from './processes/nginx.ts';
import type { UpstreamSettings } from './processes/upstream-process.ts';

const API_KEY = 'key-of-the-soak-test';

/** All processes of a run. They write only to `folder`. */
export class Stage {
  readonly apiKey: string = API_KEY;
  readonly url: string;
  readonly redisUrl: string;
  readonly nginx: Nginx;
  readonly upstreams: readonly ManagedProcess[];
  /** The gateway that is never killed. */
  readonly survivor: ManagedProcess;
  readonly mortal: ManagedProcess;
  readonly executedFiles: readonly string[];
  readonly notesFiles: readonly string[];
  readonly #redisPort: number;
  #redis: ChildProcess | undefined;

  static async start(options: SoakOptions, folder: string): Promise<Stage> {
    const stage = new Stage(folder, await freePorts(options.upstreams + 4), options.upstreams);
    await stage.#start().catch(async (error) => {
      await stage.stop();
      throw error;
    });
    return stage;
  }

  private constructor(folder: string, ports: readonly number[], upstreams: number) {
    const [front, redis, first, second, ...others] = ports as [number, number, number, number];
    const upstreamPorts: readonly number[] = others;
    this.url = `http://127.0.0.1:${front}/mcp`;
    this.redisUrl = `redis://127.0.0.1:${redis}`;
    this.#redisPort = redis;
    this.nginx = new Nginx(folder, front, [first, second]);
    this.executedFiles = upstreamPorts.map((port) => join(folder, `executed-${port}`));
    this.notesFiles = [first, second].map((port) => join(folder, `notes-${port}`));
    const targets = upstreamPorts.map((port) => `http://127.0.0.1:${port}/mcp`);
    const gateway = (name: string, port: number, i: number) =>
      managed('gateway', name, port, {
        ...{ targets, redisUrl: this.redisUrl, apiKey: API_KEY },
        notesFile: this.notesFiles[i] as string,
      } satisfies Own<GatewaySettings>);
    this.survivor = gateway('gateway-1', first, 0);
    this.mortal = gateway('gateway-2', second, 1);
    this.upstreams = upstreamPorts.slice(0, upstreams).map((port, i) =>
      managed('upstream', `upstream-${i + 1}`, port, {
        executedFile: this.executedFiles[i] as string,
      } satisfies Own<UpstreamSettings>),
    );
  }

  get gateways(): readonly ManagedProcess[] {
    return [this.survivor, this.mortal];
  }

  async #start(): Promise<void> {
    this.#redis = await startRedisServer(this.#redisPort);
    if (this.#redis === undefined) throw new Error(`Redis does not start on ${this.#redisPort}`);
    await Promise.all([...this.upstreams, ...this.gateways].map((process) => process.start()));
    await this.nginx.start();
  }

  async stop(): Promise<void> {
    await this.nginx.stop();
    await Promise.all([...this.upstreams, ...this.gateways].map((process) => process.kill()));
    this.#redis?.kill('SIGKILL');
  }
}

/** Settings of a process, in addition to its name and port. */
type Own<T> = Omit<T, 'id' | 'port'>;

function managed(kind: string, name: string, port: number, settings: object): ManagedProcess {
  const module = new URL(`./processes/${kind}-process.ts`, import.meta.url);
  return new ManagedProcess(name, port, module, settings);
}

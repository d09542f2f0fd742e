import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { atTestEnd } from '../../support/servers.ts';
import { LANGUAGES, type LanguageInstall } from './language-installs.ts';
import type { Call } from './servers.ts';

export type Transport = 'streamable-http' | 'sse';

/** A session of a client in another language. */
export interface LanguageSession {
  listTools(): Promise<Outcome<{ readonly tools: readonly string[] }>>;
  callTool(call: Call): Promise<Outcome<{ readonly isError: boolean; readonly text: string }>>;
  /** Fails the test where a harmless call does not work. */
  isAlive(): Promise<void>;
}

/** What became of an order. A hang is a failure of its own kind, which the client itself finds. */
export type Outcome<Result> =
  | { readonly result: Result; readonly error?: never }
  | { readonly error: LanguageError; readonly result?: never };

export interface LanguageError {
  readonly kind: 'error' | 'timeout';
  /** The class of the error. */
  readonly type: string;
  readonly message: string;
}

/** For how long a client waits for what it was told to do. */
const STEP_SECONDS = 15;

/** Says what a client does, in a process that lives as long as the test file. */
export class LanguageClient {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (outcome: Outcome<never>) => void>();
  #orders = 0;
  #sessions = 0;
  #log = '';

  constructor([program, ...args]: LanguageInstall['command']) {
    this.#process = spawn(program, args, { stdio: 'pipe' });
    const { stdout, stderr } = this.#process;
    if (stdout === null || stderr === null) throw new Error('No output to read');
    createInterface(stdout).on('line', (line) => {
      const { id, ...outcome } = JSON.parse(line);
      // A session that has ended by itself says so once more.
      this.#waiting.get(id)?.(outcome);
      this.#waiting.delete(id);
    });
    stderr.on('data', (chunk) => {
      this.#log = `${this.#log}${chunk}`.slice(-10_000);
    });
    this.#process.once('exit', (code, signal) => {
      const message = `Ended with ${code ?? signal}:\n${this.#log}`;
      const error: LanguageError = { kind: 'error', type: 'Exit', message };
      for (const settle of this.#waiting.values()) settle({ error });
      this.#waiting.clear();
    });
  }

  /** Connects until the test is over. Fails the test where it cannot. */
  async connect(transport: Transport, url: string): Promise<LanguageSession> {
    this.#sessions += 1;
    const session = `session ${this.#sessions}`;
    const order = <Result>(what: object): Promise<Outcome<Result>> =>
      this.#order({ session, seconds: STEP_SECONDS, ...what });
    const { error } = await order({ do: 'connect', transport, url });
    if (error !== undefined) throw new Error(`Not connected: ${error.kind}: ${error.message}`);
    atTestEnd(async () => {
      await order({ do: 'close' });
    });
    const callTool: LanguageSession['callTool'] = ({ name, arguments: args = {} }) =>
      order({ do: 'call', name, arguments: args });
    return {
      listTools: () => order({ do: 'list' }),
      callTool,
      async isAlive() {
        const echo = await callTool({ name: 'echo', arguments: { message: 'Grüße' } });
        expect(echo).toEqual({ result: { isError: false, text: 'Echo: Grüße' } });
      },
    };
  }

  #order<Result>(what: object): Promise<Outcome<Result>> {
    this.#orders += 1;
    const id = this.#orders;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve);
      this.#process.stdin?.write(`${JSON.stringify({ id, ...what })}\n`, (error) => {
        if (error) reject(new Error(`${error.message}\n${this.#log}`));
      });
    });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** `describe` for each client that is installed; skipped, and said so, where one is not. */
export function describeLanguages(
  body: (client: () => LanguageClient, kind: LanguageInstall) => void,
): void {
  for (const kind of LANGUAGES) {
    const { name, command, isThere } = kind;
    describe(`client: ${name}`, () => {
      if (!isThere()) {
        absent(name);
        return;
      }
      let client: LanguageClient;
      beforeAll(() => {
        client = new LanguageClient(command);
      });
      afterAll(() => client.kill());
      body(() => client, kind);
    });
  }
}

function absent(name: string): void {
  const reason = `${name} is not installed: npm run peers says why`;
  if (process.env.CI) {
    test('is installed', () => {
      throw new Error(reason);
    });
    return;
  }
  process.stderr.write(`Skipped: ${reason}\n`);
  test.skip(reason, () => {});
}

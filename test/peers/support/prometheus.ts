import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, test } from '@jest/globals';
import { freePort } from '../../support/free-ports.ts';
import { atTestEnd } from '../../support/servers.ts';

const ALERTS = fileURLToPath(new URL('../../../examples/grafana/alerts.yml', import.meta.url));

/** One series of an answer: its labels, and its value now. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What Prometheus says of a rule that it goes by. */
export interface LoadedRule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

/** `describe` where Prometheus is installed; skipped, and said so, where not. */
export function describePrometheus(name: string, body: () => void): void {
  const missing = ['prometheus', 'promtool'].filter(
    (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0,
  );
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  process.stderr.write(`Skipped: ${name} (no ${missing.join(', no ')})\n`);
  test.skip(name, () => {});
}

/** What `promtool` prints, errors included, and its status. */
export function promtool(...args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** A Prometheus that scrapes `/metrics` on a port twice a second, and goes by the alert rules. */
export class Prometheus {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  /** It answers; it ends with the test. */
  static async start(scraped: number): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    const port = await freePort();
    const config = {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
      rule_files: [ALERTS],
      scrape_configs: [
        { job_name: 'gateway', static_configs: [{ targets: [`127.0.0.1:${scraped}`] }] },
      ],
    };
    const file = join(folder, 'prometheus.yml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify(config));
    const flags = { 'config.file': file, 'storage.tsdb.path': join(folder, 'data') };
    const args = Object.entries({ ...flags, 'web.listen-address': `127.0.0.1:${port}` });
    const server = spawn(
      'prometheus',
      args.map(([flag, value]) => `--${flag}=${value}`),
      { stdio: 'ignore' },
    );
    const exit = once(server, 'exit');
    atTestEnd(async () => {
      server.kill();
      await exit;
      await rm(folder, { recursive: true });
    });
    const url = `http://127.0.0.1:${port}`;
    const isReady = () =>
      fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) {
      if (server.exitCode !== null) throw new Error(`Prometheus ended with ${server.exitCode}`);
      await setTimeout(50);
    }
    return new Prometheus(url);
  }

  /** The series that an expression gives now. */
  async query(expression: string): Promise<Sample[]> {
    const result = await this.#get(`query?query=${encodeURIComponent(expression)}`);
    return (result.result as { metric: Sample['metric']; value: [number, string] }[]).map(
      ({ metric, value: [, value] }) => ({ metric, value: Number(value) }),
    );
  }

  /** The alert rules, when each has been evaluated. */
  async rules(): Promise<LoadedRule[]> {
    for (;;) {
      const { groups } = await this.#get('rules');
      const rules = (groups as { rules: LoadedRule[] }[]).flatMap((group) => group.rules);
      if (rules.length > 0 && rules.every(({ health }) => health !== 'unknown')) return rules;
      await setTimeout(100);
    }
  }

  /** Waits for two scrapes from now on: the second has begun after now. */
  async scraped(): Promise<void> {
    const count = async () => (await this.query('count_over_time(up[1h])'))[0]?.value ?? 0;
    const before = await count();
    while ((await count()) < before + 2) await setTimeout(100);
  }

  async #get(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.#url}/api/v1/${path}`);
    const { status, data, error } = (await response.json()) as {
      status: string;
      data: Record<string, unknown>;
      error?: string;
    };
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  }
}

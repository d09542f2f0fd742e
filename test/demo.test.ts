import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { atTestEnd, serve } from './support/servers.ts';

/** The demo as `npm run demo` starts it: with the package's own Node. */
class Demo extends EventEmitter {
  readonly process: ChildProcess;
  readonly exit: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  output = '';

  constructor(args: string[], port = 0) {
    super();
    const path = [join('node_modules', '.bin'), process.env.PATH].join(delimiter);
    this.process = spawn('node', ['examples/demo/demo.ts', ...args], {
      env: { ...process.env, PATH: path, PORT: String(port), FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    atTestEnd(() => void this.process.kill('SIGKILL'));
    this.exit = once(this.process, 'exit') as typeof this.exit;
    this.process.stdout?.on('data', (chunk) => {
      this.output += chunk;
      this.emit('output');
    });
    this.process.stdout?.on('close', () => this.emit('output'));
  }

  /** Waits until what it printed matches, or it has ended. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (this.process.stdout?.closed) throw new Error(`Ended without ${pattern}: ${this.output}`);
      await once(this, 'output');
    }
  }
}

const MS = String.raw`\d+\.\d ms`;

/** In no particular order: an event stream is opened while other calls are made. */
const EXPECTED_CALLS = [
  '2025-11-25 | POST initialize | 200 | SSE, 1 event',
  '2025-11-25 | POST notifications/initialized | 202 | –',
  '2025-11-25 | GET event stream | 200 | SSE, 1 event',
  '2025-11-25 | POST tools/list | 200 | SSE, 1 event',
  '2025-11-25 | POST tools/call add | 200 | SSE, 1 event',
  '2025-11-25 | POST tools/call countdown | 200 | SSE, 4 events',
  '2025-11-25 | DELETE session | 200 | –',
  '2025-11-25 | POST ping | 404 | JSON',
  '2026-07-28 | POST server/discover | 200 | JSON',
  '2026-07-28 | POST subscriptions/listen | 200 | SSE, 2 events',
  '2026-07-28 | POST tools/list | 200 | JSON',
  '2026-07-28 | POST tools/call add | 200 | JSON',
  '2026-07-28 | POST tools/call countdown | 200 | SSE, 4 events',
];

describe('npm run demo', () => {
  test('--once: both eras are driven, every call is shown, it ends with 0', async () => {
    const demo = new Demo(['--once']);
    expect(await demo.exit).toEqual([0, null]);

    const shown = demo.output
      .split('\n')
      .map((line) => line.split(/ {2,}/))
      .filter(([protocol]) => /^20\d\d-\d\d-\d\d$/.test(protocol ?? ''));
    for (const row of shown) {
      expect(row.slice(4)).toEqual([
        expect.stringMatching(`^${MS}$`),
        expect.stringMatching(`^${MS}$`),
      ]);
    }
    const calls = shown.map((row) => row.slice(0, 4).join(' | '));
    expect(calls).toEqual(expect.arrayContaining(EXPECTED_CALLS));
    expect(calls).toHaveLength(EXPECTED_CALLS.length);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'serves at the URL it prints until %s, then ends with 0',
    async (signal) => {
      const demo = new Demo([]);
      const [, url] = await demo.prints(/point an agent at (\S+?),/);
      const answer = await fetch(url as string, {
        method: 'POST',
        headers: {
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: {
            protocolVersion: '2025-11-25',
            capabilities: {},
            clientInfo: { name: 'test', version: '1' },
          },
        }),
      });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('"protocolVersion":"2025-11-25"');

      demo.process.kill(signal);
      expect(await demo.exit).toEqual([0, null]);
      await expect(fetch(url as string)).rejects.toThrow();
    },
  );

  test('takes the next port that is free when its own is not', async () => {
    const { port } = await serve((_req, res) => res.end());
    const demo = new Demo([], port);
    const [, url] = await demo.prints(/point an agent at (\S+?),/);
    expect(Number(new URL(url as string).port)).toBeGreaterThan(port);
  });
});

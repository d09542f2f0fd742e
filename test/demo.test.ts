import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { delimiter, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { atTestEnd, serve } from './support/servers.ts';

/** The demo as `npm run demo` starts it: with the package's own Node. */
class Demo extends EventEmitter {
  readonly process: ChildProcess;
  readonly exit: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  output = '';

  constructor(args: string[], port = 0, env: Readonly<Record<string, string>> = {}) {
    super();
    const path = [join('node_modules', '.bin'), process.env.PATH].join(delimiter);
    this.process = spawn('node', ['examples/demo/demo.ts', ...args], {
      env: { ...process.env, PATH: path, PORT: String(port), FORCE_COLOR: '0', ...env },
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

/** A row of the table, by heading. */
type Row = Readonly<Record<(typeof HEADINGS)[number], string>>;

const HEADINGS = [
  'protocol',
  'call',
  'slot',
  'status',
  'reason',
  'bytes in',
  'bytes out',
  'events',
  'head',
  'total',
  'end',
] as const;

/** The rows of the table in what the demo printed. */
function rowsOf(output: string): Row[] {
  const lines = output.split('\n').map((line) => line.split(/ {2,}/));
  expect(lines).toContainEqual([...HEADINGS]);
  return lines
    .filter(([protocol = '']) =>
      /^(20\d\d-\d\d-\d\d|with tokens|with limits|from pages|from REST|two servers)$/.test(
        protocol,
      ),
    )
    .map((cells) => {
      expect(cells).toHaveLength(HEADINGS.length);
      return Object.fromEntries(HEADINGS.map((heading, i) => [heading, cells[i]])) as Row;
    });
}

/**
 * Protocol, call, slot, status, reason, events and end, in no particular order: an event stream is opened while
 * other calls are made. The stream of a session ends with it; that of the later era ends when its
 * client leaves, which is how it is cancelled.
 */
const EXPECTED_CALLS = [
  '2025-11-25 | POST initialize | relay | 200 | relayed | 1 | complete',
  '2025-11-25 | POST notifications/initialized | relay | 202 | relayed | 0 | complete',
  '2025-11-25 | GET | relay | 200 | relayed | 1 | complete',
  '2025-11-25 | POST tools/list | relay | 200 | relayed | 1 | complete',
  '2025-11-25 | POST tools/call add | relay | 200 | relayed | 1 | complete',
  '2025-11-25 | POST tools/call countdown | relay | 200 | relayed | 4 | complete',
  '2025-11-25 | POST tools/call wipe | policies | 200 | policy_denied | 0 | complete',
  '2025-11-25 | DELETE | relay | 200 | relayed | 0 | complete',
  '2025-11-25 | POST ping | relay | 404 | relayed | 0 | complete',
  '2026-07-28 | POST server/discover | relay | 200 | relayed | 0 | complete',
  '2026-07-28 | POST subscriptions/listen | relay | 200 | relayed | 2 | client_left',
  '2026-07-28 | POST tools/list | relay | 200 | relayed | 0 | complete',
  '2026-07-28 | POST tools/call add | relay | 200 | relayed | 0 | complete',
  '2026-07-28 | POST tools/call countdown | relay | 200 | relayed | 4 | complete',
  '2026-07-28 | POST tools/call wipe | policies | 200 | policy_denied | 0 | complete',
  'with tokens | POST server/discover | auth | 401 | unauthorized | 0 | complete',
  'with tokens | POST server/discover | relay | 200 | relayed | 0 | complete',
  'with tokens | POST tools/call add | relay | 200 | relayed | 0 | complete',
  'with tokens | POST tools/call wipe | policies | 403 | insufficient_scope | 0 | complete',
  'with tokens | POST server/discover | relay | 200 | relayed | 0 | complete',
  'with tokens | POST tools/call wipe | relay | 200 | relayed | 0 | complete',
  'with limits | POST server/discover | relay | 200 | relayed | 0 | complete',
  'with limits | POST tools/call add | relay | 200 | relayed | 0 | complete',
  'with limits | POST tools/call add | relay | 200 | relayed | 0 | complete',
  'with limits | POST tools/call add | userLimit | 200 | rate_limited | 0 | complete',
  'from pages | POST server/discover | relay | 200 | relayed | 0 | complete',
  'from pages | POST tools/list | relay | 200 | relayed | 0 | complete',
  'from pages | POST server/discover | cors | 403 | origin_not_allowed | 0 | complete',
  'from REST | POST server/discover | relay | 200 | relayed | 0 | complete',
  'from REST | POST tools/list | relay | 200 | relayed | 0 | complete',
  'from REST | POST tools/call listBooks | relay | 200 | relayed | 0 | complete',
  'from REST | POST tools/call getBook | relay | 200 | relayed | 0 | complete',
  'from REST | POST tools/call getBook | relay | 200 | relayed | 0 | complete',
  'two servers | POST initialize | relay | 200 | relayed | 1 | complete',
  'two servers | POST notifications/initialized | relay | 202 | relayed | 0 | complete',
  'two servers | POST initialize | relay | 200 | relayed | 1 | complete',
  'two servers | POST notifications/initialized | relay | 202 | relayed | 0 | complete',
  'two servers | POST tools/call where | relay | 200 | relayed | 1 | complete',
  'two servers | POST tools/call where | relay | 200 | relayed | 1 | complete',
  'two servers | POST tools/call where | relay | 200 | relayed | 1 | complete',
  'two servers | POST tools/call where | relay | 200 | relayed | 1 | complete',
  'two servers | GET | relay | 200 | relayed | 0 | upstream_invalid',
  'two servers | POST tools/call work | relay | 200 | relayed | 1 | upstream_invalid',
  'two servers | POST tools/call where | relay | 502 | upstream_unreachable | 0 | complete',
  'two servers | POST tools/call where | relay | 404 | session_not_found | 0 | complete',
  'two servers | POST initialize | relay | 200 | relayed | 1 | complete',
  'two servers | POST notifications/initialized | relay | 202 | relayed | 0 | complete',
  'two servers | POST tools/call where | relay | 200 | relayed | 1 | complete',
  'two servers | POST tools/call where | relay | 200 | relayed | 1 | complete',
  'two servers | POST server/discover | relay | 200 | relayed | 0 | complete',
  'two servers | POST tools/call where | relay | 200 | relayed | 0 | complete',
  'two servers | GET | relay | 200 | relayed | 0 | client_left',
  'two servers | GET | relay | 200 | relayed | 0 | client_left',
];

const sorted = (rows: readonly string[]) => rows.toSorted((a, b) => a.localeCompare(b));

describe('npm run demo', () => {
  test('--once: both eras are driven, every call is shown, it ends with 0', async () => {
    const demo = new Demo(['--once']);
    expect(await demo.exit).toEqual([0, null]);

    const rows = rowsOf(demo.output);
    for (const row of rows) {
      // Of the three methods, only POST brings a message; only it and GET are answered with one. What
      // is refused brings the upstream none.
      const isSent = row.call.startsWith('POST') && row.reason === 'relayed';
      expect(row['bytes in']).toMatch(isSent ? /^[1-9]\d*$/ : /^0$/);
      const isSilent = row.call === 'GET' && row.events === '0';
      const isEmpty = row.status === '202' || row.call === 'DELETE' || isSilent;
      expect(row['bytes out']).toMatch(isEmpty ? /^0$/ : /^[1-9]\d*$/);
      for (const time of [row.head, row.total]) expect(time).toMatch(/^\d+\.\d ms$/);
      expect(Number.parseFloat(row.head)).toBeLessThanOrEqual(Number.parseFloat(row.total));
    }
    const calls = rows.map(({ protocol, call, slot, status, reason, events, end }) =>
      [protocol, call, slot, status, reason, events, end].join(' | '),
    );
    expect(sorted(calls)).toEqual(sorted(EXPECTED_CALLS));
    expect(demo.output).toMatch(
      /the limit is 2 in 1 minute; wait \d+ seconds before you try again$/m,
    );
    expect(demo.output).toContain(
      [
        '  tools: listBooks, getBook',
        '  listBooks({}) → {"items":[{"id":"walden"},{"id":"emma"}]}',
        '  getBook({"id":"walden"}) → {"id":"walden","title":"Walden","shelf":"B7"}',
        '  getBook({"id":"../users"}) → error: The arguments are wrong: "id" has ',
      ].join('\n'),
    );
    const targets = demo.output.match(/^ {2}(?:before A|A is|A:).*$/gm) ?? [];
    expect(targets[0]).toMatch(
      /killed: A closed, 2 requests open \(2 streams\); B closed, 1 request/,
    );
    expect(targets[1]).toMatch(/A: closed → open \(unreachable\)/);
    expect(targets[2]).toMatch(/gone: A open, 0 requests open \(0 streams\); B closed/);
    expect(targets.at(-2)).toMatch(/A: half-open → closed \(trial_succeeded\)/);
    expect(targets.at(-1)).toMatch(/back: A closed, .*; B closed/);

    // Without a collector: of a call in its trace, the time at the upstream is a part of the whole.
    expect(demo.output).toMatch(/^Traces: in memory only; OTEL_EXPORTER_OTLP_ENDPOINT=/m);
    const spans = [
      ...demo.output.matchAll(/^(SERVER|CLIENT) +tools\/call countdown +(\d+\.\d) ms$/gm),
    ];
    expect(spans.map(([, kind]) => kind)).toEqual(['SERVER', 'CLIENT']);
    const [whole, atUpstream] = spans.map(([, , ms]) => Number(ms));
    expect(atUpstream).toBeLessThanOrEqual(whole as number);
  });

  test('sends its traces to the collector that the environment names', async () => {
    const bodies: Buffer[] = [];
    const { port } = await serve((req, res) => {
      buffer(req).then((body) => {
        bodies.push(body);
        res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    const endpoint = `http://127.0.0.1:${port}`;
    const demo = new Demo(['--once'], 0, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    expect(await demo.exit).toEqual([0, null]);
    expect(demo.output).toContain(`Traces: sent to ${endpoint}.\n`);
    const sent = bodies.map((body) => JSON.parse(body.toString()));
    const names = JSON.stringify(sent);
    for (const told of ['express-mcp-gateway-demo', 'tools/call countdown', 'policy_denied']) {
      expect(names).toContain(told);
    }
  });

  test.each([
    ['SIGINT', {}],
    // Nobody listens there.
    ['SIGTERM', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }],
  ] as const)('serves at the URL it prints until %s, then ends with 0; %j', async (signal, env) => {
    const demo = new Demo([], 0, env);
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

    const [, metrics] = await demo.prints(/^Metrics: (\S+),/m);
    const scrape = await (await fetch(metrics as string)).text();
    for (const path of ['/mcp', '/secured', '/limited', '/books', '/scaled']) {
      expect(scrape).toContain(`gateway="${path}"`);
    }
    expect(scrape).toMatch(/^mcp_server_operation_duration_seconds_count\{.*tool="add".*\} [1-9]/m);

    demo.process.kill(signal);
    expect(await demo.exit).toEqual([0, null]);
    await expect(fetch(url as string)).rejects.toThrow();
  });

  test('takes the next port that is free when its own is not', async () => {
    const { port } = await serve((_req, res) => res.end());
    const demo = new Demo([], port);
    const [, url] = await demo.prints(/point an agent at (\S+?),/);
    expect(Number(new URL(url as string).port)).toBeGreaterThan(port);
  });
});

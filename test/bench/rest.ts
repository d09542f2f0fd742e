/**
 * What a call of a tool from REST costs in the process that serves it: `node test/bench/rest.ts`, under two minutes. Beside it stands
 * what the API itself pays for the same request, and FastMCP's server of the same API, where Python has it.
 * It reports and never judges: no speed is asserted.
 */
import assert from 'node:assert/strict';
import { table } from '../../examples/demo/table.ts';
import { startFastMcp } from './fastmcp.ts';
import { median, quantile, shuffled } from './figures/statistics.ts';
import { startModule } from './machine/program.ts';

const ROUNDS = 12;
const CONCURRENCY = 8;
const WARM_UP_MS = 4_000;
const SLICE_MS = 700;

const CALL: RequestInit = {
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-06-18',
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'getOrder', arguments: { id: 'a b', limit: 3 } },
  }),
};

interface Variant {
  readonly name: string;
  readonly server: { readonly url: string; cpuMicros(): Promise<number>; stop(): unknown };
  request(): Promise<Response>;
}

const api = await start('./rest-api.ts', {});
const { origin } = new URL(api.url);
const gateway = await start('./proxies/rest-gateway.ts', { api: api.url });
const fastMcp = await startFastMcp(origin);
if (typeof fastMcp === 'string') console.log(`FastMCP is left out: ${fastMcp}`);

const variants: readonly Variant[] = [
  { name: 'the API itself', server: api, request: () => fetch(`${origin}/orders/a%20b?limit=3`) },
  ...[
    ['gateway and restTools', gateway] as const,
    ...(typeof fastMcp === 'string' ? [] : [['FastMCP from_openapi', fastMcp] as const]),
  ].map(([name, server]) => ({ name, server, request: () => fetch(server.url, CALL) })),
];

for (const { name, request } of variants) {
  const text = await (await request()).text();
  assert.match(text, /chair/, `${name} gave ${text}`);
}
for (const variant of variants) await load(variant, WARM_UP_MS);

const micros = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const variant of shuffled(variants)) {
    const before = await variant.server.cpuMicros();
    const calls = await load(variant, SLICE_MS);
    const after = await variant.server.cpuMicros();
    micros.get(variant.name)?.push((after - before) / calls);
  }
}
for (const { server } of variants) server.stop();

const columns = [
  { heading: 'CPU of the serving process for each call' },
  ...['median', 'quartiles'].map((heading) => ({ heading, align: 'right' as const })),
];
const rows = [...micros].map(([name, all]) => [
  name,
  `${median(all).toFixed(0)} µs`,
  `${quantile(all, 0.25).toFixed(0)} … ${quantile(all, 0.75).toFixed(0)}`,
]);
console.log(table(columns, rows));
console.log(
  `\nNode ${process.version}, ${ROUNDS} rounds of ${SLICE_MS} ms, ${CONCURRENCY} calls at once`,
);

/** Calls for so long; gives how many there were. */
async function load({ request }: Variant, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let calls = 0;
  const worker = async () => {
    while (performance.now() < end) {
      const answer = await request();
      await answer.arrayBuffer();
      assert.equal(answer.status, 200);
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return calls;
}

async function start(module: string, settings: object): Promise<Variant['server']> {
  const program = await startModule(new URL(module, import.meta.url), settings, {
    node: process.execPath,
  });
  const cpuMicros = async () => (await program.usage())?.cpuMicros ?? Number.NaN;
  return { ...program, cpuMicros };
}

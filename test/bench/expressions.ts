/** What an evaluation takes, in microseconds: the median of rounds. `node test/bench/expressions.ts` */
import { cel } from '../../src/exports/cel.ts';
import type { PolicyContext } from '../../src/index.ts';

const ROUNDS = 21;
const EVALUATIONS = 5000;

const tags = Array.from({ length: 20 }, (_, i) => `tag-${i}`);
const ctx = {
  mcp: {
    method: 'tools/call',
    name: 'read_file',
    arguments: { path: '/docs/a', tags },
    era: 'legacy',
  },
  principal: { subject: 'ada', scopes: ['files'], claims: { dept: 'eng' } },
  ip: '192.0.2.1',
  headers: { host: 'gateway.example' },
  req: { method: 'POST', url: '/mcp', headersDistinct: { host: ['gateway.example'] } },
} as unknown as PolicyContext;

const EXPRESSIONS = [
  'true',
  "mcp.method != 'tools/call' || mcp.name.startsWith('read_')",
  "mcp.method == 'tools/call' && principal.claims.dept in ['eng', 'ops']",
  "mcp.method != 'tools/call' || mcp.arguments.path.matches('^/docs/[a-z]+$')",
  "req_method == 'POST' && 'gateway.example' in req_headers.Host",
  'now.getHours() >= 0',
  "mcp.method != 'tools/call' || mcp.arguments.tags.all(tag, tag.startsWith('tag-'))",
];

process.on('warning', () => {});
for (const text of EXPRESSIONS) {
  const { check } = cel(text);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    for (let i = 0; i < EVALUATIONS; i++) void check(ctx);
    return ((performance.now() - start) * 1000) / EVALUATIONS;
  }).toSorted((a, b) => a - b);
  process.stdout.write(`${rounds[ROUNDS >> 1]?.toFixed(2).padStart(8)} µs  ${text}\n`);
}

import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { forkModule } from '../fork-module.ts';
import { atTestEnd } from '../servers.ts';

interface ToldSpan {
  readonly scope: string;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | undefined;
  readonly links: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Told {
  readonly spans: readonly ToldSpan[];
  readonly arrived: readonly (readonly string[])[];
}

async function run(...args: string[]): Promise<Told> {
  const child = forkModule(new URL('instrumented-process.ts', import.meta.url), args);
  atTestEnd(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`It ended with ${code}`);
  });
  const [told] = await Promise.race([once(child, 'message'), ended]);
  return told as Told;
}

/** From a span up to the one without a parent: the library that made each span, and its name. */
function lineage(spans: readonly ToldSpan[], last: ToldSpan | undefined): string[] {
  const line: string[] = [];
  for (let span = last; span !== undefined; ) {
    const { scope, name, parent } = span;
    line.push(`${scope.replace('@opentelemetry/instrumentation-', '')}: ${name}`);
    span = spans.find(({ spanId }) => spanId === parent);
  }
  return line;
}

/** Ports differ from run to run. */
function withoutPorts(attributes: ToldSpan['attributes']): object {
  const without = Object.entries(attributes).map(([name, value]) => {
    return /port$/.test(name) ? [name, 'a port'] : [name, String(value).replaceAll(/:\d+/g, '')];
  });
  return Object.fromEntries(without);
}

const OURS = ['express-mcp-gateway: tools/call add', 'express-mcp-gateway: tools/call add'];

/** An agent with a span, the gateway, and a server, under instrumentation of HTTP. */
export function describeInstrumented(name: string, installed: string): void {
  describe(`end to end, ${name}`, () => {
    const CASES: readonly (readonly [names: string, engine: string, line: readonly string[]])[] = [
      ['http,express,undici', 'http', ['http: POST', 'http: POST', ...OURS, 'agent: agent']],
      ['http,undici', 'in-process', ['http: POST', 'http: POST', ...OURS, 'agent: agent']],
      [
        'http',
        'http',
        ['http: POST', 'http: POST', ...OURS, 'http: POST /:tenant/mcp', 'agent: agent'],
      ],
      ['undici', 'http', [...OURS, 'agent: agent']],
      ['http,express,undici', 'undici', ['http: POST', 'undici: POST', ...OURS, 'agent: agent']],
      ['undici', 'undici', ['undici: POST', ...OURS, 'agent: agent']],
      ['http', 'undici', ['http: POST', ...OURS, 'http: POST /:tenant/mcp', 'agent: agent']],
      ['', 'http', [...OURS, 'agent: agent']],
    ];

    test.each(CASES)('instrumentation: %j, engine: %s', async (names, engine, line) => {
      const { spans, arrived } = await run(installed, names, engine);
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
      const [headers = []] = arrived;
      expect(arrived.length).toBe(1);
      expect(headers.filter((field) => /^traceparent:/i.test(field)).length).toBe(1);
      const named = headers.map((field) => field.replace(/:.*/, '').toLowerCase());
      expect(new Set(named).size).toBe(named.length);
      if (!names.includes('undici')) {
        expect(headers).toEqual(
          expect.arrayContaining(['tracestate: of=agent', 'baggage: who=agent']),
        );
      }

      // The span in the headers at the server is the deepest one, except for the server's own span.
      const sent = headers.find((field) => /^traceparent:/i.test(field))?.split('-')[2];
      const sender = spans.find(({ spanId }) => spanId === sent);
      const receiver = spans.find(({ parent }) => parent === sent);
      expect(lineage(spans, receiver ?? sender)).toEqual(line);

      const http = spans.find(({ name: of, kind }) => of.startsWith('POST /') && kind === 1);
      if (names.includes('http')) {
        expect(http).toMatchObject({
          name: 'POST /:tenant/mcp',
          attributes: { 'http.route': '/:tenant/mcp' },
        });
      }
      // If _meta gave the parent, the span that was active, or in the headers, is a link.
      const ours = spans.find(({ scope, kind }) => scope === 'express-mcp-gateway' && kind === 1);
      const isLinked = names.includes('undici');
      expect(ours?.links.length).toBe(isLinked ? 1 : 0);
      const linked = spans.find(({ spanId }) => spanId === ours?.links[0]);
      const around = lineage(spans, linked);
      if (isLinked && names.includes('http')) expect(around).toContain('http: POST /:tenant/mcp');
    });

    test('a server of createServer has the same spans as one of Node', async () => {
      const shapes: object[][] = [];
      for (const server of ['node', 'gateway']) {
        const { spans } = await run(installed, 'http,express', 'in-process', server);
        shapes.push(
          spans.map(({ scope, name: of, kind, attributes }) => {
            return { scope, of, kind, attributes: withoutPorts(attributes) };
          }),
        );
      }
      expect(shapes[1]).toEqual(shapes[0]);
      const told = JSON.stringify(shapes[1]);
      expect(told).toContain('instrumentation-http');
      expect(told).toContain('instrumentation-express');
    }, 60_000);
  });
}

import { debuglog } from 'node:util';
import type { GatewayContext } from '../../gateway-context.ts';
import type { Observer, RequestRecord, SlotDecision } from './observer.ts';

const debug = debuglog('mcp-gateway');

/**
 * Writes what becomes of each request to stderr, a line for each step, where `NODE_DEBUG` names `mcp-gateway`
 * when the process starts; otherwise undefined. No header, query string or argument is in a line.
 */
export const debugObserver: Observer | undefined = debug.enabled ? writeSteps() : undefined;

function writeSteps(): Observer {
  const numbers = new WeakMap<GatewayContext, number>();
  let count = 0;
  const write = (ctx: GatewayContext, step: string) => debug('#%d %s', numbers.get(ctx), step);
  return {
    onRequest(ctx) {
      count += 1;
      numbers.set(ctx, count);
      write(ctx, `${ctx.req.method} from ${ctx.ip}`);
    },
    onDecision: (decision, ctx) => write(ctx, decisionText(decision)),
    onResponse: ({ status, headMs }, ctx) => write(ctx, `answer ${status} after ${ms(headMs)}`),
    onClose: (record, ctx) => write(ctx, endText(record)),
  };
}

function decisionText({ slot, outcome, mode, reason, policy, detail }: SlotDecision): string {
  const by = policy === undefined ? undefined : `by ${inOneLine(policy)}`;
  return [`${slot}: ${mode ?? outcome}`, reason, by, inOneLine(detail)].filter(Boolean).join(' ');
}

function endText(record: RequestRecord): string {
  const { gateway, path, messages, target, end, detail, totalMs } = record;
  const asked = messages.flatMap(({ method = 'answer', name }) => [method, inOneLine(name)]);
  const where = target === undefined ? undefined : `at ${target}`;
  return [
    `${end} after ${ms(totalMs)}:`,
    `${inOneLine(gateway)} ${inOneLine(path)}`,
    ...asked,
    where,
    inOneLine(detail),
  ]
    .filter(Boolean)
    .join(' ');
}

/** The text in quotes, with line breaks escaped. */
function inOneLine(text: string | undefined): string | undefined {
  return text === undefined ? undefined : JSON.stringify(text);
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

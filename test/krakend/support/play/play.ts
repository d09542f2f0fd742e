import { type Exchange, exchange, type Sent } from './exchange.ts';
import type { Expectations, Step } from './expectations.ts';
import type { Stage } from './stage.ts';

/** A step, and what came of it. */
export interface PlayedStep {
  readonly step: Step;
  readonly exchanges: readonly Exchange[];
  /** The lists that steps have filled up to here. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/** Does the steps of a document one after another, with a gateway that listens at a port. */
export async function play(
  expectations: Expectations,
  stage: Stage,
  port: number,
): Promise<PlayedStep[]> {
  const tokens = await stage.tokensOf(expectations);
  const lists = new Map<string, string[]>();
  const played: PlayedStep[] = [];
  for (const step of expectations.steps) {
    await stage.set(step);
    const exchanges: Exchange[] = [];
    for (const values of roundsOf(step, tokens, lists)) {
      if (step.send === undefined) continue;
      const sent = requestOf(step, expectations.host ?? 'gateway.test', values);
      const before = stage.arrived.length;
      const answer = await exchange(port, sent, step.upstream?.hold ?? false);
      exchanges.push({ sent, answer, arrived: stage.arrived.slice(before) });
      const session = answer.headers['mcp-session-id'];
      if (step.remember === undefined || typeof session !== 'string') continue;
      lists.set(step.remember, [...(lists.get(step.remember) ?? []), session]);
    }
    played.push({ step, exchanges, lists });
  }
  return played;
}

/** What `{{name}}` stands for, in each request of the step. */
function roundsOf(
  { name, forEach, repeat = 1 }: Step,
  tokens: ReadonlyMap<string, string>,
  lists: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, string>[] {
  const own = new Map(tokens);
  if (forEach === undefined) return Array(repeat).fill(own);
  const items = lists.get(forEach);
  if (items === undefined) throw new Error(`Before "${name}", no step remembers ${forEach}`);
  const rounds = items.map((item) => new Map(own).set('item', item).set(forEach, item));
  return Array(repeat).fill(rounds).flat();
}

function requestOf(step: Step, host: string, values: ReadonlyMap<string, string>): Sent {
  const { method, path, headers = {}, body, bodySize } = step.send as NonNullable<Step['send']>;
  const fill = (text: string): string =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_all, name: string) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`"${step.name}" names ${name}, and nothing does`);
      return value;
    });
  const filled = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? fill(value) : value.map(fill),
  ]);
  const size = step.bodySize ?? bodySize;
  return {
    method,
    path: fill(path),
    headers: { host: step.host ?? host, ...Object.fromEntries(filled) },
    body: size === undefined ? body && fill(body) : messageOf(size),
  };
}

/** A message of JSON-RPC that is so many bytes long. */
function messageOf(size: number): string {
  const message = (pad: string): string =>
    `{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"pad":"${pad}"}}`;
  return message('x'.repeat(Math.max(0, size - message('').length)));
}

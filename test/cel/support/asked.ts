import type { IncomingMessage } from 'node:http';
import { jest } from '@jest/globals';
import { cel } from '../../../src/exports/cel.ts';
import type { Decision, PolicyContext, Principal } from '../../../src/index.ts';

/** What may deny more than is meant is made on purpose here. */
export function muteWarnings(): void {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
}

/** What a request is, as far as a test says. */
export interface Asked {
  readonly mcp?: Readonly<Record<string, unknown>> | null;
  readonly args?: unknown;
  readonly principal?: Partial<Principal> & Readonly<Record<string, unknown>>;
  readonly ip?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly req?: Readonly<Record<string, unknown>>;
}

/** What a policy sees of it: a call of `tool`, without a principal. */
export function contextFor({
  mcp,
  args = {},
  principal,
  ip = '192.0.2.1',
  headers = {},
  req,
}: Asked): PolicyContext {
  const call = {
    method: 'tools/call',
    name: 'tool',
    arguments: args,
    id: 1,
    era: 'legacy',
    ...mcp,
  };
  const headersDistinct = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value]]),
  );
  const request = { method: 'POST', url: '/mcp', params: {}, headers, headersDistinct, ...req };
  return {
    mcp: mcp === null ? undefined : call,
    principal: principal && { subject: 's', ...principal },
    ip,
    headers,
    req: request as unknown as IncomingMessage,
  } as unknown as PolicyContext;
}

/** What an expression comes to: its verdict, or the reason that observers are told. */
export function ask(text: string, asked: Asked = {}): boolean | string {
  const decision = cel(text).check(contextFor(asked)) as Exclude<Decision, PromiseLike<unknown>>;
  if (typeof decision === 'boolean') return decision;
  return decision.allow ? 'allowed' : String(decision.reason);
}

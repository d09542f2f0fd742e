import { pino } from 'pino';
import { type AccessLogOptions, accessLog, type GatewayConfig } from '../../../src/index.ts';
import { startGateway } from '../../support/gateway.ts';
import { recordingUpstream } from '../../support/upstream.ts';
import { type Witness, witness } from '../../support/witness.ts';

/** The body of a call of a tool. */
export function call(name: string, args: object = {}, id = 1): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: args },
  });
}

export const CALL: string = call('add', { a: 1, key: 's3cret' });

/** What came of a request, and how it was logged. */
export interface LoggedPost {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a line of JSON.
  readonly line: any;
  readonly lines: readonly string[];
}

/** A gateway with an access log. */
export interface LoggedGateway {
  readonly last: Witness;
  post(body: string, headers?: Record<string, string>): Promise<LoggedPost>;
}

/** A gateway whose log is kept, by its lines. */
export async function logged(
  options: AccessLogOptions,
  config: Partial<GatewayConfig> = {},
  answer = '{"jsonrpc":"2.0","id":1,"result":{}}',
): Promise<LoggedGateway> {
  const { target } = await recordingUpstream((_req, res) => {
    res.setHeader('Content-Type', 'application/json').end(answer);
  });
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (line) => void lines.push(line) });
  const last = witness();
  const observe = [accessLog(logger, options), last];
  const { url } = await startGateway({ target, observe, ...config });
  let asked = 0;
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const type = { 'Content-Type': 'application/json' };
    const init = { method: 'POST', headers: { ...type, ...headers }, body };
    const response = await fetch(url, init);
    await response.text();
    await last.record(asked++);
    return { status: response.status, line: JSON.parse(lines.at(-1) as string), lines };
  };
  return { post, last };
}

import { reading } from './answers.ts';
import type { Caller } from './caller.ts';
import { initialize, type RequestSettings } from './requests.ts';

/** Begins a session through the proxy; gives its id. */
export async function beginSession(
  caller: Caller,
  port: number,
  settings: RequestSettings,
): Promise<string> {
  const answer = await askOnce(caller, initialize(port, settings));
  const [, session] = /^mcp-session-id: *(\S+)/im.exec(answer) ?? [];
  if (session === undefined) throw new Error(`No session was begun: ${answer}`);
  return session;
}

/** The whole answer to one request. */
export function askOnce(caller: Caller, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const reader = reading((whole) => {
      text = whole;
    });
    caller.send(bytes, reader, () => resolve(text), reject);
  });
}

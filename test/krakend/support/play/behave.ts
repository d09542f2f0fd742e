import type { ServerResponse } from 'node:http';
import type { Behaviour } from './expectations.ts';

/** Answers as a step says; what it leaves open is `own`. */
export function behave(
  res: ServerResponse,
  behaviour: Behaviour,
  own: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
): void {
  const { delay = 0 } = behaviour;
  if (delay > 0) setTimeout(() => answer(res, behaviour, own), delay).unref();
  else answer(res, behaviour, own);
}

function answer(
  res: ServerResponse,
  behaviour: Behaviour,
  own: Parameters<typeof behave>[2],
): void {
  const { status = 200, headers = {}, reset, stream } = behaviour;
  res.on('error', () => {});
  if (reset === true || reset === 'head') {
    res.socket?.resetAndDestroy();
    return;
  }
  const body = behaviour.body ?? own.body;
  const type = stream === undefined ? own.headers : { 'content-type': 'text/event-stream' };
  res.writeHead(status, { ...own.headers, ...type, ...headers });
  if (reset === 'body') {
    res.write(body.slice(0, body.length / 2), () => res.socket?.resetAndDestroy());
  } else if (stream === undefined) res.end(body);
  else sendEvents(res, typeof stream === 'number' ? numbered(stream) : stream, behaviour);
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_item, i) => `{"jsonrpc":"2.0","method":"event-${i}"}`);
}

function sendEvents(
  res: ServerResponse,
  [first, ...others]: readonly string[],
  behaviour: Behaviour,
): void {
  const { every = 0, hold = false } = behaviour;
  if (first !== undefined) res.write(`data: ${first}\n\n`);
  if (others.length > 0) setTimeout(() => sendEvents(res, others, behaviour), every);
  else if (!hold) res.end();
}

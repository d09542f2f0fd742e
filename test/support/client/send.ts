import { type Answer, answerOf } from './answer.ts';
import { exchange } from './raw.ts';
import { type Outgoing, requestBytes } from './request.ts';

/** Sends one request on its own connection; gives its answer, which has to be whole. */
export async function send(port: number, outgoing: Outgoing = {}): Promise<Answer> {
  const client = await exchange(port, requestBytes(outgoing));
  const answer = answerOf(client, outgoing.method);
  if (!answer.complete) throw new Error(`The answer was cut: ${answer.head}`);
  return answer;
}

/** Posts this body. */
export function post(
  port: number,
  body: string | Buffer,
  outgoing: Omit<Outgoing, 'body' | 'method'> = {},
): Promise<Answer> {
  return send(port, { ...outgoing, body });
}

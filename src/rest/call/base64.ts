import { ArgumentProblem } from './argument-problem.ts';

const BASE64 = /^[A-Za-z\d+/_-]*={0,2}$/;

/** Bytes of a text in Base64, either alphabet (RFC 4648 sections 4 and 5). */
export function bytesOf(value: unknown, argument: string): Buffer {
  if (typeof value === 'string') {
    const text = value.replaceAll(/[\r\n]/g, '');
    if (BASE64.test(text)) return Buffer.from(text, 'base64');
  }
  throw new ArgumentProblem(`${JSON.stringify(argument)} has to be the bytes as Base64`);
}

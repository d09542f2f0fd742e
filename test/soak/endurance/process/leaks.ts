import { connect } from 'node:net';
import type { RequestHandler } from 'express';

const LONG_MS = 86_400_000;
/** A process may not have as many files as there are requests. */
const PER_SOCKET = 100;

export type Leak = 'object' | 'text' | 'answer' | 'buffer' | 'listener' | 'timer' | 'socket';

/** What is done for each request. */
type Keep = (number: number, answer: object) => unknown;

/** What a gateway that is wrong would keep of each request: what the checks have to see. */
export const LEAKS: Readonly<Record<Leak, (port: number) => Keep>> = {
  object() {
    const kept: object[] = [];
    return () => kept.push({});
  },
  text() {
    const kept: string[] = [];
    return (number) => kept.push(`${number} `.repeat(10).toUpperCase());
  },
  answer() {
    const kept: object[] = [];
    return (_number, answer) => kept.push(answer);
  },
  buffer() {
    const kept: Buffer[] = [];
    return () => kept.push(Buffer.allocUnsafeSlow(1024).fill(1));
  },
  listener() {
    process.setMaxListeners(0);
    return () => process.on('SIGUSR2', () => {});
  },
  timer() {
    return () => setTimeout(() => {}, LONG_MS).unref();
  },
  socket(port) {
    return (number) => {
      if (number % PER_SOCKET === 0) connect(port, '127.0.0.1').on('error', () => {});
    };
  },
};

/** In front of a gateway that is right. */
export function leaking(leak: Leak, port: number): RequestHandler {
  const keep = LEAKS[leak](port);
  let number = 0;
  return (_req, res, next) => {
    number += 1;
    keep(number, res);
    next();
  };
}

import { connect } from 'node:net';
import type { RequestHandler } from 'express';

const LONG_MS = 86_400_000;
/** How many requests share one leaked socket: a process cannot have one open file for each request. */
const PER_SOCKET = 100;

export type Leak = 'object' | 'text' | 'answer' | 'buffer' | 'listener' | 'timer' | 'socket';

/** Called for each request. */
type Keep = (number: number, answer: object) => unknown;

/** What a faulty gateway could keep of each request. The checks have to find each of these. */
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

/** A middleware that leaks, in front of a gateway without a fault. */
export function leaking(leak: Leak, port: number): RequestHandler {
  const keep = LEAKS[leak](port);
  let number = 0;
  return (_req, res, next) => {
    number += 1;
    keep(number, res);
    next();
  };
}

import { createServer, request } from 'node:http';
import { checkConfig } from '../../../src/options/config-problems.ts';
import type { Identification } from '../../../src/slots/auth/authenticator.ts';
import type { JwtClock } from '../../../src/slots/auth/jwt/clock.ts';
import { type JwtOptions, readJwtOptions } from '../../../src/slots/auth/jwt/options.ts';
import { jwtScheme } from '../../../src/slots/auth/jwt/scheme.ts';
import { listenOn } from '../servers.ts';
import { type SigningKey, sign } from './issuer.ts';

export const AUDIENCE = 'https://gateway.example/mcp';

/** A clock that advances only by `pass`. */
export class Clock implements JwtClock {
  #ms = Date.parse('2026-01-01T00:00:00Z');
  readonly keysTimeoutMs: number;
  readonly now: () => number = () => this.#ms;
  readonly monotonic: () => number = () => this.#ms;

  constructor(keysTimeoutMs = 5000) {
    this.keysTimeoutMs = keysTimeoutMs;
  }

  pass(ms: number): void {
    this.#ms += ms;
  }

  /** The time in so many seconds, in seconds since the epoch, as claims have it. */
  in(seconds: number): number {
    return Math.floor(this.#ms / 1000) + seconds;
  }
}

/** Sends an `Authorization` header over a real connection; gives the result of `identify`. */
export type Ask = (authorization?: string) => Promise<Identification>;

export interface Gate {
  readonly clock: Clock;
  /** Sends a token. */
  present(token: string): Promise<Identification>;
  readonly ask: Ask;
  /** A valid token, except for the claims and header fields that are given here. */
  good(
    key: SigningKey,
    claims?: Record<string, unknown>,
    header?: Record<string, unknown>,
  ): Promise<string>;
  readonly port: number;
  /** The result for the request with this `X-Number`. */
  foundFor(number: string): Promise<Identification>;
}

/** A server that checks every request with `jwt`; without `jwksUri`, `jwt` finds the keys itself. */
export async function gate(
  { issuer, jwksUri }: { readonly issuer: string; readonly jwksUri?: string },
  options: Partial<JwtOptions> = {},
  clock: Clock = new Clock(),
): Promise<Gate> {
  const given = { issuer, ...(jwksUri && { jwksUri }), audience: AUDIENCE, ...options };
  const scheme = jwtScheme(
    checkConfig('test', (problems) => readJwtOptions(problems, given)),
    clock,
  );
  const found = new Map<string, Promise<Identification>>();
  // Room for tokens that are longer than the limit.
  const server = createServer({ maxHeaderSize: 128 * 1024 }, (req, res) => {
    const identified = (async () => scheme.identify(req, res))();
    found.set(String(req.headers['x-number']), identified);
    identified.then(
      () => res.end(),
      () => res.writeHead(500).end(),
    );
  });
  const port = await listenOn(server);

  let asked = 0;
  const ask: Ask = async (authorization) => {
    asked += 1;
    const number = String(asked);
    await exchange(port, { 'X-Number': number, ...(authorization && { authorization }) });
    return found.get(number) as Promise<Identification>;
  };
  return {
    clock,
    port,
    foundFor: (number) => found.get(number) as Promise<Identification>,
    ask,
    present: (token) => ask(`Bearer ${token}`),
    good(key, claims, header) {
      const usual = { iss: issuer, aud: AUDIENCE, sub: 'alice', exp: clock.in(3600) };
      return sign(key, { ...usual, ...claims }, header);
    },
  };
}

function exchange(port: number, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', headers, agent: false }, (res) => {
      res.resume().once('end', resolve);
    })
      .once('error', reject)
      .end();
  });
}

/** Sends a token; gives only the outcome. */
export async function outcomeOf(own: Gate, token: string): Promise<Identification['outcome']> {
  return (await own.present(token)).outcome;
}

/** Waits until a condition holds, for work in the background. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}

/** New valid tokens, of which the authenticator remembers nothing. */
export async function* fresh(own: Gate, signer: SigningKey): AsyncGenerator<string, never> {
  for (let n = 0; ; n += 1) yield own.good(signer, { n, exp: own.clock.in(7 * 24 * 3600) });
}

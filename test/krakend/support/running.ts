import type { KrakendReadOptions } from '../../../src/exports/krakend.ts';
import { keyServer, sign, signingKey } from '../../support/jwt/issuer.ts';
import { type RecordingUpstream, recordingUpstream } from '../../support/upstream.ts';
import { base, type Step, withValue } from './base.ts';
import { type Asked, type Running, start } from './start.ts';

/** Another value at a place of a document. */
export type Change = readonly [at: readonly Step[], value: unknown];

/** The document with one endpoint, with these changes. */
export function changed(changes: readonly Change[], host?: string): object {
  return changes.reduce((own, [at, value]) => withValue(own, at, value), base(host));
}

export interface RunningDocument extends Running {
  readonly upstream: RecordingUpstream;
  /** The statuses of requests that are sent one after the other. */
  statuses(asked: readonly Asked[]): Promise<(number | undefined)[]>;
}

/** A document with these changes, in front of an upstream that records. */
export async function runningWith(
  changes: readonly Change[],
  options: KrakendReadOptions = {},
): Promise<RunningDocument> {
  const upstream = await recordingUpstream();
  const own = await start(changed(changes, `http://${upstream.host}`), options);
  return {
    ...own,
    upstream,
    async statuses(asked) {
      const all: (number | undefined)[] = [];
      for (const each of asked) all.push((await own.ask(each)).status);
      return all;
    },
  };
}

export interface TokenIssuer {
  readonly validator: object;
  /** A value of `Authorization`. */
  bearer(claims?: object): Promise<string>;
}

/** `auth/validator` with a key server that runs, and what brings tokens. */
export async function tokenIssuer(values: object = {}): Promise<TokenIssuer> {
  const key = await signingKey('k1');
  const { jwksUri } = await keyServer(key);
  return {
    validator: {
      alg: 'ES256',
      jwk_url: jwksUri,
      disable_jwk_security: true,
      issuer: 'iss',
      audience: ['mcp'],
      ...values,
    },
    async bearer(claims = {}) {
      const exp = Math.floor(Date.now() / 1000) + 600;
      return `Bearer ${await sign(key, { iss: 'iss', aud: 'mcp', sub: 'ada', exp, ...claims })}`;
    },
  };
}

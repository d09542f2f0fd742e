import type { Store } from 'express-rate-limit';
import type { TokenClaims } from '../slots/auth/claims/token-claims.ts';
import type { Observer } from '../slots/observe/observer.ts';
import type { Environment } from './document/environment.ts';
import type { KrakendNote } from './notes.ts';

/**
 * What a document may leave open although it weakens protection. `'any-issuer'`: tokens of every issuer whose
 * keys are at `jwk_url`. `'any-audience'`: tokens for any audience.
 */
export type KrakendAllowance = 'any-issuer' | 'any-audience';

/** How a KrakenD configuration is read. */
export interface KrakendReadOptions {
  /**
   * Environment variables, like `process.env`. `KRAKEND_PORT` and others count as in KrakenD. Default: none.
   */
  readonly env?: Environment;
  /**
   * The stores in which limits in Redis are counted, by the name of their connection. Default: none, and such
   * limits are refused.
   */
  readonly stores?: Readonly<Record<string, Store>>;
  /** The endpoints to take, by their path in the document; the others are not checked. Default: all. */
  readonly only?: readonly string[];
  /** Weakenings that are meant. Default: none, and a document that has one does not start. */
  readonly allow?: readonly KrakendAllowance[];
  /** Whether a token is revoked, in place of KrakenD's bloom filter; as in `jwt`. Default: none is. */
  readonly isRevoked?: ((claims: TokenClaims) => boolean | Promise<boolean>) | false;
  /**
   * The URL under which agents reach the router, or its only endpoint. The challenge to a client without a
   * token names the metadata below it. Default: none, and a challenge names no metadata.
   */
  readonly publicUrl?: string | URL;
  /** Told what becomes of every request, as in `createMcpGateway`; `accessLog` is one. Default: none. */
  readonly observe?: Observer | readonly Observer[];
  /** Told of each thing that works in another way than in KrakenD. Default: none. */
  readonly onWarning?: (warning: KrakendNote) => void;
}

import { randomBytes } from 'node:crypto';

/** How the package names itself. */
const PRODUCT = 'express-mcp-gateway';

/**
 * Through more hops no request arrives anywhere: it goes round, past many instances of one gateway of
 * which each sees it for the first time.
 */
const MOST_HOPS = 20;

/**
 * One gateway as others on the way of a request see it in `Via` (RFC 9110 section 7.6.3): by a
 * pseudonym that no other gateway has, in this process or in another. One process may serve a chain of
 * gateways; a request that comes to one of them twice is in a loop.
 */
export class ViaHop {
  readonly #pseudonym = `${PRODUCT}-${randomBytes(4).toString('hex')}`;

  /** Whether a request with this `Via` has been here before, or passed too many others. */
  isLoop(via: string | undefined): boolean {
    if (via === undefined) return false;
    return via.toLowerCase().includes(this.#pseudonym) || hopsIn(via) > MOST_HOPS;
  }

  /** What a request that came over this version of HTTP says of this gateway from here on. */
  entry(httpVersion: string): string {
    return `${httpVersion} ${this.#pseudonym}`;
  }
}

/** Elements that are empty are none, and a comma in a comment ends none (RFC 9110 section 5.6). */
function hopsIn(via: string): number {
  const hops = via.replace(/\([^()]*\)/g, '').split(',');
  return hops.filter((hop) => hop.trim() !== '').length;
}

import { randomBytes } from 'node:crypto';

/** How the package names itself. */
const PRODUCT = 'express-mcp-gateway';

/**
 * A request with more hops goes round in a loop, past many instances of one gateway, each of which sees it
 * for the first time.
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

  /** The element of `Via` for this gateway, for a request that came over this version of HTTP. */
  entry(httpVersion: string): string {
    return `${httpVersion} ${this.#pseudonym}`;
  }
}

/**
 * How many hops a `Via` names. An empty element does not count, and a comma in a comment does not end an
 * element (RFC 9110 section 5.6).
 */
function hopsIn(via: string): number {
  const hops = via.replace(/\([^()]*\)/g, '').split(',');
  return hops.filter((hop) => hop.trim() !== '').length;
}

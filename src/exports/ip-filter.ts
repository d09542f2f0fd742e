import type { Middleware } from '../http/middleware.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { filterByAddress, type IpFilterOptions, readIpFilter } from '../slots/ip-filter.ts';
import { standAlone } from '../slots/stand-alone.ts';
import { failureWarningAlone } from '../warnings/failure.ts';

export type { IpFilterOptions } from '../slots/ip-filter.ts';

/**
 * Refuses with 403 a request whose address is denied, or not allowed, or no address at all. An IPv4 address
 * is the same in all its spellings, those that IPv6 has for it included.
 *
 * @param options - See {@link IpFilterOptions}; one of `allow` and `deny` is required.
 * @returns A middleware for Express, Connect and `node:http`.
 * @throws {GatewayConfigError} for anything that is neither a network nor an address.
 * @see RFC 4291 section 2.5.5.2, "IPv4-Mapped IPv6 Address"
 *
 * @example From `examples/middlewares.ts`:
 * ```ts
 * app.use('/mcp', ipFilter({ deny: ['192.0.2.0/24', '2001:db8::/32'] }));
 * ```
 */
export function ipFilter(options: IpFilterOptions): Middleware {
  const run = filterByAddress(
    checkConfig('ipFilter', (problems) => readIpFilter(problems, options)),
  );
  return standAlone(failureWarningAlone('ipFilter'), run);
}

isFactory('ipFilter', ipFilter);

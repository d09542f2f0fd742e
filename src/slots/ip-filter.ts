import type { IncomingMessage } from 'node:http';
import { answerError } from '../answer-error.ts';
import { contextOf } from '../context.ts';
import type { Middleware } from '../http/middleware.ts';
import { readAddress } from '../lib/address.ts';
import { Networks, readNetwork } from '../lib/networks.ts';
import { notAwaited } from '../lib/not-awaited.ts';
import { type ConfigProblems, checkConfig } from '../options/config-problems.ts';

/** From where requests may come. */
export interface IpFilterOptions {
  /** The networks (`'10.0.0.0/8'`, `'2001:db8::/32'`) and addresses that may. Default: all may. */
  readonly allow?: readonly string[];
  /** Those that may not, even where `allow` names them. Default: none. */
  readonly deny?: readonly string[];
  /** The address of a client. Default: Express's `req.ip`; without Express, the socket's. */
  readonly clientIp?: ((req: IncomingMessage) => string | undefined) | false;
}

/**
 * Refuses with 403 what comes from an address that is denied, or not allowed, or none at all. An IPv4
 * address is the same in all its spellings, those that IPv6 has for it included.
 *
 * @param options - See {@link IpFilterOptions}; one of `allow` and `deny` is required.
 * @throws {GatewayConfigError} for anything that is neither a network nor an address.
 * @see RFC 4291 section 2.5.5.2, "IPv4-Mapped IPv6 Address"
 */
export function ipFilter(options: IpFilterOptions): Middleware {
  const { allowed, denied, clientIp } = checkConfig((problems) => compile(problems, options));

  return function ipFilterMiddleware(req, res, next) {
    let text: unknown;
    try {
      text = clientIp === false ? contextOf(req).ip : clientIp(req);
    } catch (cause) {
      answerError(req, res, 'internal_error', { cause });
      return;
    }
    // What is no address could be any: it is not known to be none of those denied.
    const address = typeof text === 'string' ? readAddress(text) : undefined;
    if (address === undefined) notAwaited(text);
    const isAllowed =
      address !== undefined && allowed?.has(address) !== false && !denied.has(address);
    if (isAllowed) next();
    else answerError(req, res, 'ip_not_allowed');
  };
}

function compile(problems: ConfigProblems, options: IpFilterOptions) {
  problems.root(options, ['allow', 'deny', 'clientIp']);
  const { allow, deny, clientIp = false } = options;
  if (allow === undefined && deny === undefined) {
    problems.add('', options, 'allow, deny, or both');
  }
  problems.callback('clientIp', clientIp);
  return {
    allowed: allow && readNetworks(problems, 'allow', allow),
    denied: readNetworks(problems, 'deny', deny),
    clientIp,
  };
}

/** An empty list is a mistake: as `allow` it would let nobody in, as `deny` do nothing. */
function readNetworks(problems: ConfigProblems, path: string, value: unknown): Networks {
  if (value === undefined) return new Networks([]);
  const expected = "a network or an address: '10.0.0.0/8', '2001:db8::/32', '192.0.2.1'";
  const isNetwork = (item: unknown): item is string => readNetwork(item) !== undefined;
  const listed = problems.list(path, value, isNetwork, expected, { atLeast: 1 });
  return new Networks(listed.flatMap((item) => readNetwork(item) ?? []));
}

import type { IncomingMessage } from 'node:http';
import { answerError } from '../answer-error.ts';
import { contextOf } from '../context.ts';
import type { Middleware } from '../http/middleware.ts';
import { readAddress } from '../lib/address.ts';
import { callOwn } from '../lib/function-failure.ts';
import { Networks, readNetwork } from '../lib/networks.ts';
import { notAwaited } from '../lib/not-awaited.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import type { Slot } from './slot.ts';

/** The addresses that requests may come from. */
export interface IpFilterOptions<Req extends IncomingMessage = IncomingMessage> {
  /** The networks (`'10.0.0.0/8'`, `'2001:db8::/32'`) and addresses that are allowed. Default: all. */
  readonly allow?: readonly string[];
  /** Those that are denied, even where `allow` names them. Default: none. */
  readonly deny?: readonly string[];
  /** The address of a client. Default: Express's `req.ip`; without Express, the socket's. */
  readonly clientIp?: ((req: Req) => string | undefined) | false;
}

/** The option, read. */
export interface IpFilterSettings {
  /** Undefined: all addresses are allowed. */
  readonly allowed: Networks | undefined;
  readonly denied: Networks;
  readonly clientIp: NonNullable<IpFilterOptions['clientIp']>;
  /** Where `clientIp` stands in the configuration. */
  readonly option: string;
}

/** Refuses a request with 403 if its address is denied, is not allowed, or is not known. */
export function filterByAddress({
  allowed,
  denied,
  clientIp,
  option,
}: IpFilterSettings): Middleware {
  return function filterByAddressMiddleware(req, res, next) {
    let text: unknown;
    try {
      text = clientIp === false ? contextOf(req).ip : callOwn(option, () => clientIp(req));
    } catch (cause) {
      answerError(req, res, 'internal_error', { cause });
      return;
    }
    // A text that is no address could stand for any, also for a denied one.
    const address = typeof text === 'string' ? readAddress(text) : undefined;
    if (address === undefined) notAwaited(text);
    const isAllowed =
      address !== undefined && allowed?.has(address) !== false && !denied.has(address);
    if (isAllowed) next();
    else answerError(req, res, 'ip_not_allowed');
  };
}

/** Reads the option. */
export function readIpFilter(
  problems: ConfigProblems,
  options: IpFilterOptions,
): IpFilterSettings | undefined {
  if (!problems.keys(options, ['allow', 'deny', 'clientIp'], "{ allow: ['10.0.0.0/8'] }"))
    return undefined;
  const { allow, deny, clientIp = false } = options;
  if (allow === undefined && deny === undefined) {
    problems.add(options, 'allow, deny, or both');
  }
  problems.at('clientIp').callback(clientIp);
  return {
    allowed: allow && readNetworks(problems.at('allow'), allow),
    denied: readNetworks(problems.at('deny'), deny),
    clientIp,
    option: problems.at('clientIp').path,
  };
}

/** An empty list is a mistake: as `allow` it would let no client in, as `deny` it would do nothing. */
function readNetworks(problems: ConfigProblems, value: unknown): Networks {
  if (value === undefined) return new Networks([]);
  const expected = "a network or an address: '10.0.0.0/8', '2001:db8::/32', '192.0.2.1'";
  const isNetwork = (item: unknown): item is string => readNetwork(item) !== undefined;
  const listed = problems.list(value, isNetwork, expected, { atLeast: 1 });
  return new Networks(listed.flatMap((item) => readNetwork(item) ?? []));
}

/** The slot. */
export const ipFilter: Slot<
  { readonly ipFilter?: IpFilterOptions | false },
  IpFilterSettings,
  'ipFilter'
> = {
  name: 'ipFilter',
  options: ['ipFilter'],
  read: (problems, { ipFilter: value = false }) =>
    value === false ? undefined : readIpFilter(problems.at('ipFilter'), value),
  goesByAddress: ({ clientIp }) => clientIp === false,
  build: (settings) => filterByAddress(settings),
};

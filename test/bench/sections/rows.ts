import type { Lab, NodeBinary } from '../lab.ts';
import { type Program, startModule } from '../machine/program.ts';
import { agentgateway, agentgatewayConfiguration } from '../others/agentgateway.ts';
import { haproxy, haproxyConfiguration } from '../others/haproxy.ts';
import { krakend, krakendChain, krakendRelay } from '../others/krakend.ts';
import { nginx, nginxConfiguration } from '../others/nginx.ts';
import { pathOf, startOther } from '../others/other.ts';
import type { GatewaySettings } from '../proxies/gateway.ts';
import type { Row } from './section.ts';

/** The row that others are told as multiples of. */
export const BARE = 'bare relay';
export const HPM = 'http-proxy-middleware';
export const NAIVE = 'naive Express stack';

const upstreamOf = ({ load }: Lab): string => `http://127.0.0.1:${load.port}/mcp`;

/** No proxy at all. */
export const direct: Row = {
  name: 'no proxy',
  start: async (lab) => ({
    url: upstreamOf(lab),
    usage: async () => undefined,
    forgetPeak() {},
    sockets: () => undefined,
    stop: async () => {},
  }),
};

function ofNode(name: string, module: string, settings: object = {}, node?: NodeBinary): Row {
  return {
    name,
    isCompiled: true,
    start: (lab): Promise<Program> =>
      startModule(
        new URL(`../proxies/${module}`, import.meta.url),
        { upstream: upstreamOf(lab), issuer: lab.issuer, ...settings },
        { node: (node ?? lab.node).path, env: { BENCH_LIBRARY: lab.library } },
      ),
  };
}

/** On another Node, the name says on which. */
const suffixed = (name: string, node?: NodeBinary): string =>
  node === undefined ? name : `${name}, Node ${node.version.split('.')[0]}`;

export const bare = (node?: NodeBinary): Row => ofNode(suffixed(BARE, node), 'bare.ts', {}, node);
export const plainMiddleware = (): Row => ofNode(HPM, 'http-proxy-middleware.ts');
export const naive = (): Row => ofNode(NAIVE, 'naive.ts');

/** This package. */
export const gateway = (name: string, settings: GatewaySettings = {}, node?: NodeBinary): Row =>
  ofNode(suffixed(name, node), 'gateway.ts', settings, node);

/** The programs that are on PATH, as relays. */
export function relaysOnPath(): readonly Row[] {
  const all = [
    { other: nginx, name: 'nginx', configuration: nginxConfiguration },
    { other: haproxy, name: 'haproxy', configuration: haproxyConfiguration },
    { other: agentgateway, name: 'agentgateway', configuration: agentgatewayConfiguration },
    { other: krakend, name: 'KrakenD', configuration: krakendRelay },
  ];
  return all
    .filter(({ other }) => pathOf(other) !== undefined)
    .map(({ other, name, configuration }) => ({
      name,
      start: ({ load }) => startOther(other, load.port, configuration),
    }));
}

/** No proxy, and whatever relays a request without deciding anything. */
export function relays(): readonly Row[] {
  return [
    direct,
    ...relaysOnPath(),
    bare(),
    plainMiddleware(),
    gateway('nothing on'),
    gateway('nothing on, undici', { engine: 'undici' }),
  ];
}

/** KrakenD with all it has for what the gateway does, if it is on PATH. */
export function chainOnPath(): readonly Row[] {
  if (pathOf(krakend) === undefined) return [];
  return [
    {
      name: 'KrakenD, everything on',
      start: ({ load, issuer }) =>
        startOther(krakend, load.port, (places) => krakendChain(places, issuer)),
    },
  ];
}

/** With a token. */
export function withToken(row: Row, { issuer }: Lab): Row {
  return { ...row, request: { ...row.request, authorization: `Bearer ${issuer.token}` } };
}

/** As from a web page; a gateway without `cors` refuses those. */
export function fromPage(row: Row, { issuer }: Lab): Row {
  return { ...row, request: { ...row.request, origin: issuer.origin } };
}

/** With both. */
export const asked = (row: Row, lab: Lab): Row => fromPage(withToken(row, lab), lab);

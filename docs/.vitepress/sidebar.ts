/** A page in the sidebar, by its path in `docs` without `.md`. */
export interface SidebarPage {
  readonly text: string;
  readonly link: string;
}

/** Pages below one heading. */
export interface SidebarGroup {
  readonly text: string;
  readonly collapsed: boolean;
  readonly items: readonly SidebarPage[];
}

const page = (text: string, link: string): SidebarPage => ({ text, link: `/${link}` });

/** The pages of a group: their paths, and their texts in the sidebar. */
const group = (text: string, pages: Readonly<Record<string, string>>, collapsed = false) => ({
  text,
  collapsed,
  items: Object.entries(pages).map(([link, name]) => page(name, link)),
});

/** All pages, in the order for a reader. A test compares it with the files. */
export const SIDEBAR: readonly SidebarGroup[] = [
  group('Begin', {
    'repository/README': 'What it is',
    index: 'All pages',
    troubleshooting: 'Troubleshooting',
    'from-http-proxy-middleware': 'From http-proxy-middleware',
    krakend: 'From KrakenD',
    rest: 'Tools from REST',
  }),
  group('Slots, in their order', {
    'slots/observe': 'observe',
    'slots/turn': 'turn',
    'slots/cors': 'cors',
    'slots/head': 'head',
    'slots/draining': 'draining',
    'slots/hosts': 'hosts',
    'slots/methods': 'methods',
    'slots/target': 'target',
    'slots/ip-filter': 'ipFilter',
    'slots/rate-limit': 'rateLimit',
    'slots/auth': 'auth',
    'slots/sessions': 'sessions',
    'slots/streams': 'streams',
    'slots/body-limit': 'bodyLimit',
    'slots/message': 'message',
    'slots/policies': 'policies',
    'slots/tool-pinning': 'policies: toolPinning',
    'slots/filter-lists': 'filterLists',
    'slots/timeout': 'timeout',
    'slots/use': 'use',
    'slots/headers': 'headers',
    'slots/query': 'query',
    'slots/balance': 'balance, breaker, health',
    'slots/relay': 'relay',
    'slots/redirects': 'redirects',
    'slots/legacy-sse': 'legacySse',
  }),
  group('Recipes', {
    'recipes/existing-app': 'In an app that exists',
    'recipes/body-parsers': 'Body parsers',
    'recipes/existing-auth': 'Authentication that you have',
    'identity-providers': 'Identity providers',
    'recipes/upstream-auth': 'An upstream with its own OAuth',
    'recipes/upstream-credentials': 'Credentials for the upstream',
    'recipes/several-upstreams': 'Several upstreams',
    'recipes/in-process': 'A server in the same process',
    'recipes/network': 'Private CAs, proxies, sockets',
    expressions: 'Policies as text (CEL)',
    'recipes/environment': 'Options from the environment',
    'recipes/server': 'The server',
    'recipes/behind-a-proxy': 'Behind a proxy',
    'recipes/frameworks': 'Express 4, Connect, Nest',
    'recipes/setups': 'Ways to run it',
    'recipes/middlewares': 'The middlewares by themselves',
  }),
  group('Operation', {
    observability: 'Observability',
    'recipes/readiness': 'Readiness',
    'recipes/kubernetes': 'On Kubernetes',
    'from-one-machine-to-many': 'From one machine to many',
    live: 'Changing a running gateway',
    'recipes/explain': 'What would become of a request',
    admin: 'Admin routes of your own',
    cost: 'What it costs',
  }),
  group('Reference', {
    'reference/options': 'Options',
    'reference/config-problems': 'Mistakes in a configuration',
    'reference/errors': 'Errors',
    'reference/warnings': 'Warnings',
    'reference/refusals': 'Refusals',
    'reference/record': 'The record of a request',
    'reference/command': 'The command line',
    'reference/api': 'All declarations',
    'reference/bounds': 'Bounds',
    'reference/compatibility': 'Compatibility',
    security: 'Security notes',
  }),
  group('The project', {
    architecture: 'Architecture',
    'repository/CONTRIBUTING': 'Contributing',
    'repository/SECURITY': 'Reporting a vulnerability',
    'repository/CHANGELOG': 'Changelog',
  }),
];

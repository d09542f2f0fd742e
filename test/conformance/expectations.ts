export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;

/** A requirement set of the suite, named after the revision of the protocol. */
export type Revision = (typeof REVISIONS)[number];

/** How many scenarios pass without a gateway. If there are fewer, the comparison covers less than before. */
export const FLOOR: Readonly<Record<Revision, { server: number; client: number }>> = {
  '2025-11-25': { server: 33, client: 5 },
  '2026-07-28': { server: 40, client: 8 },
};

const NO_TASKS = 'the SDK has no server side of the Tasks extension';

/** Scenarios that the fixture cannot serve yet, and why. They run, and have to be the same through the gateway. */
export const UNSERVED: Readonly<Record<string, string>> = {
  'tasks-lifecycle': NO_TASKS,
  'tasks-capability-negotiation': NO_TASKS,
  'tasks-wire-fields': NO_TASKS,
  'tasks-request-state-removal': NO_TASKS,
  'tasks-mrtr-input': NO_TASKS,
  'tasks-request-headers': NO_TASKS,
  'tasks-dispatch-and-envelope': NO_TASKS,
  'tasks-status-notifications': 'the suite skips it until it listens on subscriptions/listen',
  'tasks-required-task-error': NO_TASKS,
  'tasks-mrtr-composition': NO_TASKS,
};

/** Scenarios about headers. The gateway has to pass them in front of a server that checks no header. */
export const HEADER_SCENARIOS = [
  'http-header-validation',
  'http-custom-header-server-validation',
] as const;

const NEEDS_THE_SCHEMA =
  'only the inputSchema of the tool says that the argument is mirrored, and the gateway knows no schemas';

/** Checks of those scenarios that the gateway cannot pass, by name, and why. They run anyway. */
export const UNMET: Readonly<Record<string, string>> = {
  ServerRejectsMissingCustomHeader: NEEDS_THE_SCHEMA,
  ServerRejectsMissingCustomHeaderErrorCode: NEEDS_THE_SCHEMA,
};

/** How many scenarios of authorization pass without a gateway. */
export const AUTH_FLOOR: Readonly<Record<Revision | 'extensions', number>> = {
  '2025-11-25': 14,
  '2026-07-28': 25,
  extensions: 6,
};

const OWN_RESOURCE = {
  'resource-parameter-matches-prm':
    'the suite expects the URL of its own server, and clients of the gateway ask for a token for the gateway',
};

const OWN_PROOF =
  'a proof names the URL that was called, the gateway, and the suite takes proofs for its own server only';

/**
 * Differences if the suite's server is a protected resource and the gateway has
 * `upstreamAuth()`: by scenario, by the id of the check or the text of the note, and why.
 */
export const AUTH_DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'auth/metadata-default': OWN_RESOURCE,
  'auth/metadata-var1': OWN_RESOURCE,
  'auth/metadata-var2': OWN_RESOURCE,
  'auth/metadata-var3': OWN_RESOURCE,
  'auth/token-endpoint-auth-basic': OWN_RESOURCE,
  'auth/token-endpoint-auth-post': OWN_RESOURCE,
  'auth/token-endpoint-auth-none': OWN_RESOURCE,
  'auth/dpop': { 'sep-1932-client-fresh-proof': OWN_PROOF },
  'auth/dpop-nonce': {
    'sep-1932-client-fresh-proof': OWN_PROOF,
    'sep-1932-client-rs-nonce': OWN_PROOF,
    'Sent 401 response for POST /mcp (method: initialize)': OWN_PROOF,
    'Received POST request for /mcp (method: initialize)': OWN_PROOF,
  },
};

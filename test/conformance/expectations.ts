export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;

/** A requirement set of the suite, named after the revision of the protocol. */
export type Revision = (typeof REVISIONS)[number];

/** How many scenarios pass without a gateway: fewer, and the comparison compares less than it did. */
export const FLOOR: Readonly<Record<Revision, { server: number; client: number }>> = {
  '2025-11-25': { server: 33, client: 5 },
  '2026-07-28': { server: 40, client: 8 },
};

const NO_TASKS = 'the SDK has no server side of the Tasks extension';

/** What the fixture cannot serve yet, and why. Still run, and still the same through the gateway. */
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

/** What the suite asks of a server about headers; the gateway answers for one that checks nothing. */
export const HEADER_SCENARIOS = [
  'http-header-validation',
  'http-custom-header-server-validation',
] as const;

const NEEDS_THE_SCHEMA =
  'only the inputSchema of the tool says that the argument is mirrored, and the gateway knows no schemas';

/** Checks of those scenarios that the gateway cannot meet, by name, and why. Still run. */
export const UNMET: Readonly<Record<string, string>> = {
  ServerRejectsMissingCustomHeader: NEEDS_THE_SCHEMA,
  ServerRejectsMissingCustomHeaderErrorCode: NEEDS_THE_SCHEMA,
};

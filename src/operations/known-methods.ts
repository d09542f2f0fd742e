/** Stands for a value that is not told: a label must not take on every value that a client makes up. */
export const OTHER = '_OTHER';

/**
 * The methods of MCP, of all revisions: the values that `mcp.method.name` may have in metrics.
 *
 * @see OpenTelemetry's attribute registry, `mcp.method.name`
 */
const METHODS: ReadonlySet<string> = new Set([
  'completion/complete',
  'elicitation/create',
  'initialize',
  'logging/setLevel',
  'notifications/cancelled',
  'notifications/elicitation/complete',
  'notifications/initialized',
  'notifications/message',
  'notifications/progress',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/roots/list_changed',
  'notifications/subscriptions/acknowledged',
  'notifications/tasks/status',
  'notifications/tools/list_changed',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'roots/list',
  'sampling/createMessage',
  'server/discover',
  'subscriptions/listen',
  'tasks/cancel',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tasks/update',
  'tools/call',
  'tools/list',
]);

const REVISIONS: ReadonlySet<string> = new Set([
  '2024-11-05',
  '2025-03-26',
  '2025-06-18',
  '2025-11-25',
  '2026-07-28',
]);

/** A revision of MCP as a label may name it. */
export function revisionLabel(revision: string): string {
  return REVISIONS.has(revision) ? revision : OTHER;
}

/** A method as a label may name it. */
export function methodLabel(method: string): string {
  return METHODS.has(method) ? method : OTHER;
}

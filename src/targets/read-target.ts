import type { UpstreamHandler } from '../engine/in-process.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import type { TargetPlan } from './target.ts';

/** The option `target`, read. */
export interface TargetPlans {
  /** Where requests go; for a handler in this process, where it is called. */
  readonly targets: readonly [TargetPlan, ...TargetPlan[]];
  readonly handler: UpstreamHandler | undefined;
}

/** Reads the option; `path` is where a handler in this process is called. */
export function readTarget(
  problems: ConfigProblems,
  value: unknown,
  path: string | undefined,
): TargetPlans | undefined {
  if (typeof value !== 'function') {
    const url = readTargetUrl(problems, value);
    return url && { targets: [{ url }], handler: undefined };
  }
  if (isRouter(value)) problems.add(value, 'an app around this router: express().use(router)');
  if (path === undefined) return undefined;
  const url = new URL(path, 'http://localhost');
  return { targets: [{ url }], handler: value as UpstreamHandler };
}

function readTargetUrl(problems: ConfigProblems, value: unknown): URL | undefined {
  const isText = typeof value === 'string' || value instanceof URL;
  const url = isText && URL.canParse(String(value)) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    problems.addSecret(
      value,
      "the upstream's URL, like 'https://mcp.example/mcp', or a request handler",
    );
    return undefined;
  }
  if (url.username !== '' || url.password !== '') {
    problems.addSecret(value, 'no credentials in the URL; use headers.set.Authorization');
  }
  if (url.hash !== '') problems.add(url.hash, 'no fragment: it would not be sent');
  return url;
}

/** It would find nothing on requests and answers of what its handlers expect there. */
function isRouter(target: unknown): boolean {
  const { handle, listen } = (target ?? {}) as { handle?: unknown; listen?: unknown };
  return typeof handle === 'function' && listen === undefined;
}

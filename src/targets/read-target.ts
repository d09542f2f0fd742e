import type { UpstreamHandler } from '../engine/in-process.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import { lacksScheme } from '../options/public-url.ts';
import { checkNames, haveSameNames } from './names.ts';
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
  if (Array.isArray(value)) return readList(problems, value);
  if (typeof value !== 'function') {
    const url = readTargetUrl(problems, value, `${A_URL}, or a request handler`);
    return url && { targets: [{ url, weight: 1 }], handler: undefined };
  }
  if (problems.notCalled(value)) return undefined;
  if (isRouter(value)) problems.add(value, 'an app around this router: express().use(router)');
  else if (value.length < 2 && !isApp(value)) {
    problems.add(
      value,
      'a URL, or a handler of (req, res): the target is the same for all requests',
    );
  }
  if (path === undefined) return undefined;
  const url = new URL(path, 'http://localhost');
  return { targets: [{ url, weight: 1 }], handler: value as UpstreamHandler };
}

/** Reads a list of URLs. A URL that is repeated weighs more. */
function readList(problems: ConfigProblems, values: readonly unknown[]): TargetPlans | undefined {
  const weights = new Map<string, number>();
  let firstUrl: URL | undefined;
  let isWhole = values.length > 0;
  if (!isWhole) problems.add(values, "at least one URL, like 'https://mcp.example/mcp'", 'missing');
  for (const [i, value] of values.entries()) {
    const url = readTargetUrl(problems.at(i), value, A_URL);
    firstUrl ??= url;
    if (url === undefined || firstUrl === undefined) isWhole = false;
    else if (!haveSameNames(url, firstUrl)) problems.at(i).addSecret(value, SAME_NAMES, 'conflict');
    else weights.set(url.href, (weights.get(url.href) ?? 0) + 1);
  }
  const [first, ...others] = [...weights].map(([href, weight]) => ({ url: new URL(href), weight }));
  return isWhole && first ? { targets: [first, ...others], handler: undefined } : undefined;
}

const SAME_NAMES =
  'the same names in braces as in the first URL: each request has to fit each of them';

const A_URL = "the upstream's URL, like 'https://mcp.example/mcp'";

/** @param expected - What may stand in this place. */
function readTargetUrl(
  problems: ConfigProblems,
  value: unknown,
  expected: string,
): URL | undefined {
  const isText = typeof value === 'string' || value instanceof URL;
  const url = isText && URL.canParse(String(value)) ? new URL(value) : undefined;
  if (isText && checkNames(problems, value, url)) return undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    problems.addSecret(value, `${expected}${whyNone(value, url)}`);
    return undefined;
  }
  if (url.username !== '' || url.password !== '') {
    problems.addSecret(value, 'no credentials in the URL; use headers.set.Authorization', 'unsafe');
  }
  if (url.hash !== '') problems.add(url.hash, 'no fragment: it would not be sent');
  return url;
}

/** What is wrong with a text that is no such URL, where that can be said. */
function whyNone(value: unknown, url: URL | undefined): string {
  if (lacksScheme(value)) return ': the scheme is missing';
  const hasProtocol = url !== undefined && String(value).startsWith(`${url.protocol}//`);
  return hasProtocol ? `: the gateway does not speak ${url.protocol}` : '';
}

function isApp(target: unknown): boolean {
  return typeof (target as { handle?: unknown }).handle === 'function';
}

/**
 * Whether it is a router without an app: its handlers would miss what an app adds to requests and answers.
 */
function isRouter(target: unknown): boolean {
  const { handle, listen } = (target ?? {}) as { handle?: unknown; listen?: unknown };
  return typeof handle === 'function' && listen === undefined;
}

import type { RequestPlan } from '../plan/request-plan.ts';
import { bodyOf } from './body.ts';
import { headersOf } from './headers.ts';
import { pathOf } from './path.ts';
import { queryOf } from './query.ts';

/** A request to the API. Scheme, host and port are not in it: the code that makes it does not know them. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** The beginning of all paths, and the part that every query has. */
export interface ApiBase {
  /** Without a slash at the end. */
  readonly path: string;
  /** Without a question mark; empty for none. */
  readonly query: string;
}

/** The request that a plan and arguments make. @throws {ArgumentProblem} */
export function buildRequest(
  plan: RequestPlan,
  base: ApiBase,
  args: Readonly<Record<string, unknown>>,
): ApiRequest {
  const path = base.path + pathOf(plan.path, args);
  const query = [...(base.query === '' ? [] : [base.query]), ...queryOf(plan.query, args)].join(
    '&',
  );
  const headers = headersOf(plan.headers, args);
  const body = plan.body && bodyOf(plan.body, args);
  return {
    method: plan.method,
    target: query === '' ? path : `${path}?${query}`,
    headers: body === undefined ? headers : { ...headers, 'content-type': body.contentType },
    body: body?.bytes,
  };
}

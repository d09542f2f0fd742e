import { contextOf } from '../context.ts';
import { namesIn } from '../targets/names.ts';
import { RequestPath } from '../targets/request-path.ts';
import type { TargetPlan } from '../targets/target.ts';
import type { RelaySettings } from './relay-settings.ts';

type PathAt = NonNullable<RelaySettings['pathAt']>;

/** Gives path and query of a request at each target; undefined where these are always the target's own. */
export function pathAtTargets(
  targets: readonly [TargetPlan, ...TargetPlan[]],
  query: readonly string[] | undefined,
): PathAt | undefined {
  if (query === undefined && namesIn(targets[0].url).length === 0) return undefined;
  const paths = new Map(targets.map(({ url }) => [url.href, new RequestPath(url, query)]));
  return (target, req) => paths.get(target.url.href)?.for(contextOf(req).params, req.url);
}

import { Inexpressible } from './inexpressible.ts';
import type { PathValue, RequestPlan } from './request-plan.ts';

/** A segment that leads elsewhere, in any encoding. */
const DOTS = /(?:^|\/)(?:\.|%2e){1,2}(?:$|\/)/i;

/** A path with names in braces, as texts and values in turn. @throws {Inexpressible} for one that is none. */
export function readPath(
  path: string,
  values: ReadonlyMap<string, PathValue>,
): RequestPlan['path'] {
  if (/[?#\\]/.test(path)) throw new Inexpressible("has a path with '?', '#' or '\\' in it");
  if (DOTS.test(path)) throw new Inexpressible("has a path with '.' or '..' in it");
  return path.split(/\{([^{}]*)\}/).flatMap((part, i): (string | PathValue)[] => {
    if (i % 2 === 0) return part === '' ? [] : [encodedText(part)];
    const value = values.get(part);
    if (value === undefined) throw new Inexpressible(`has no parameter for {${part}} in its path`);
    return [value];
  });
}

/** As it is, but for characters that no path may have. */
function encodedText(text: string): string {
  return text.replaceAll(/[^\w\-.~!$&'()*+,;=:@%/]/gu, (character) =>
    encodeURIComponent(character),
  );
}

import { valueProblem } from '../../targets/template-value.ts';
import { Inexpressible } from './inexpressible.ts';
import type { PathValue, RequestPlan } from './request-plan.ts';

/**
 * A path with names in braces, as texts and values in turn. @throws {Inexpressible} for a path that cannot be
 * one.
 */
export function readPath(
  path: string,
  values: ReadonlyMap<string, PathValue>,
): RequestPlan['path'] {
  if (/[?#\\]/.test(path)) throw new Inexpressible("has a path with '?', '#' or '\\' in it");
  // A path of a document can lead elsewhere in the same ways as an argument of a call.
  const problem = valueProblem(path);
  if (problem !== undefined) throw new Inexpressible(`has a path that ${problem}`);
  return path.split(/\{([^{}]+)\}/).flatMap((part, i): (string | PathValue)[] => {
    if (i % 2 === 0) return part === '' ? [] : [encodedText(part)];
    const value = values.get(part);
    if (value === undefined) throw new Inexpressible(`has no parameter for {${part}} in its path`);
    return [value];
  });
}

/** The text as it is, except that characters which no path may have are encoded. */
function encodedText(text: string): string {
  if (/[{}]/.test(text))
    throw new Inexpressible('has a path with a brace that ends or begins no name');
  if (/%(?![\da-f]{2})/i.test(text))
    throw new Inexpressible("has a path with a '%' that encodes nothing");
  return text.replaceAll(/[^\w\-.~!$&'()*+,;=:@%/]/gu, (character) =>
    encodeURIComponent(character),
  );
}

import { isBelieved } from '../../http/believed-fields.ts';
import { foldFieldName, isFieldName } from '../../http/field.ts';
import { isHopByHop } from '../../http/hop-by-hop.ts';
import type { OpenApiDocument } from '../document/load-document.ts';
import { asObject, asText } from '../json.ts';
import type { Parameter } from './read-parameters.ts';

/** What no argument may be: who calls the API, and as whom, is the operator's to say. */
export interface Withheld {
  /** Folded names of headers. */
  readonly headers: ReadonlySet<string>;
  readonly query: ReadonlySet<string>;
  readonly cookies: ReadonlySet<string>;
}

/** Fields that say who calls, by which way, or that frame and describe the message. */
const NEVER = new Set([
  'accept',
  'accept-encoding',
  'authorization',
  'baggage',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'cookie2',
  'expect',
  'forwarded',
  'host',
  'set-cookie',
  'traceparent',
  'tracestate',
  'user-agent',
  'via',
]);

/** Whether a header is one that no argument may set, whatever an API calls it. */
export function isReserved(name: string): boolean {
  const folded = foldFieldName(name);
  return (
    !isFieldName(name) ||
    NEVER.has(folded) ||
    isHopByHop(folded) ||
    folded.startsWith('x-forwarded-') ||
    folded.startsWith('mcp-') ||
    (isBelieved(folded) && !isOfAzure(folded))
  );
}

/** APIs of Azure have many of the kind, such as `x-ms-version`; only those that say who calls are believed. */
function isOfAzure(folded: string): boolean {
  return folded.startsWith('x-ms-') && !/^x-ms-(?:client-principal|token)/.test(folded);
}

/**
 * What is withheld: what the security schemes of the document name, what is forwarded from the request, and what
 * stands in the query of `baseUrl`.
 */
export function withheldBy(
  { root, references }: OpenApiDocument,
  forward: readonly string[],
  ofBase: ReadonlySet<string>,
): Withheld {
  const names = { header: new Set<string>(), query: new Set(ofBase), cookie: new Set<string>() };
  const schemes = asObject(asObject(root.components)?.securitySchemes) ?? {};
  for (const scheme of Object.values(schemes)) {
    const { type, name, in: place } = references.follow(scheme) ?? {};
    const own = asText(name);
    if (type !== 'apiKey' || own === undefined) continue;
    if (place === 'header') names.header.add(foldFieldName(own));
    else if (place === 'query' || place === 'cookie') names[place].add(own);
  }
  for (const name of forward) names.header.add(foldFieldName(name));
  return { headers: names.header, query: names.query, cookies: names.cookie };
}

/** Whether a parameter is none of the agent's business. */
export function isWithheld({ name, place }: Parameter, withheld: Withheld): boolean {
  switch (place) {
    case 'header':
      return isReserved(name) || withheld.headers.has(foldFieldName(name));
    case 'query':
      return withheld.query.has(name);
    case 'cookie':
      return withheld.cookies.has(name);
    default:
      return false;
  }
}

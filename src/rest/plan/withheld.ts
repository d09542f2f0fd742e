import { isBelieved } from '../../http/believed-fields.ts';
import { foldFieldName, isFieldName } from '../../http/field.ts';
import { isHopByHop } from '../../http/hop-by-hop.ts';
import type { OpenApiDocument } from '../document/load-document.ts';
import { asObject, asText } from '../json.ts';
import type { Parameter } from './read-parameters.ts';

/** Names that no argument may have. The operator decides who calls the API, and as whom. */
export interface Withheld {
  /** Folded names of headers. */
  readonly headers: ReadonlySet<string>;
  readonly query: ReadonlySet<string>;
  readonly cookies: ReadonlySet<string>;
}

/** Fields that tell who calls and by which way, or that frame and describe the message. */
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

/** Whether a header is one that no argument may set, in any spelling of its name. */
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

/**
 * APIs of Azure have many headers of this kind, such as `x-ms-version`. Only those that say who calls are
 * believed.
 */
function isOfAzure(folded: string): boolean {
  return folded.startsWith('x-ms-') && !/^x-ms-(?:client-principal|token)/.test(folded);
}

/**
 * The names that are withheld: those in the security schemes of the document, those of the headers that are
 * forwarded, and those in the query of `baseUrl`.
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

/** Whether a parameter may not be an argument. */
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

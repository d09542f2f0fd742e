import type { GoHeaders } from '../../cel/bindings.ts';
import { goName } from '../../cel/go-name.ts';
import { readAddress } from '../../lib/address.ts';
import type { PolicyRule, RequestPolicyContext } from '../../slots/policies/policy.ts';
import { celSupport } from '../cel-support.ts';
import { routeName } from '../endpoints/endpoint-path.ts';
import type { Notes } from '../notes.ts';
import type { BackendExtra } from '../table/backend.ts';
import type { EndpointExtra } from '../table/endpoint.ts';
import { written } from '../written.ts';
import type { Source } from './config-parts.ts';
import { celExpressions, policyExpressions, withoutTexts } from './expression-list.ts';
import type { HeaderPlan } from './header-plan.ts';
import { notedOr } from './noted.ts';

/** The rules of `validation/cel` and `security/policies`, of the endpoint and of its backend. */
export function expressionsOf({ group: [endpoint] }: Source, plan: HeaderPlan): PolicyRule[] {
  const { extra, extraNotes, backend, values, path } = endpoint;
  const at = {
    plan,
    query: values.input_query_strings ?? [],
    params: new Map(path.params.map((name) => [routeName(name), name])),
    hasToken: extra['auth/validator'] !== undefined,
  };
  return [
    ...rules(extraNotes, extra, { ...at, isBackend: false }),
    ...rules(backend.extraNotes, backend.extra, { ...at, isBackend: true }),
  ];
}

/** The place at which expressions are evaluated. */
interface Place {
  readonly plan: HeaderPlan;
  readonly query: readonly string[];
  /** The parameters of the path as they are written, by their names in the route. */
  readonly params: ReadonlyMap<string, string>;
  readonly hasToken: boolean;
  readonly isBackend: boolean;
}

function rules(
  notes: Notes,
  extra: Pick<BackendExtra & EndpointExtra, 'validation/cel' | 'security/policies'>,
  place: Place,
): PolicyRule[] {
  const expressions = [
    ...celExpressions(notes.at('validation/cel'), extra['validation/cel']),
    ...policyExpressions(notes.at('security/policies'), extra['security/policies'], place.hasToken),
  ];
  const { plan, query, params } = place;
  const shown = {
    headersOf: (ctx: RequestPolicyContext) => passing(ctx, plan),
    params,
    showsQuery: (name: string) => query.includes(name),
  };
  return expressions.flatMap(({ notes, text, name }) => {
    if (!checkNames(notes, text, place)) return [];
    const own = {
      name: `${name}${place.isBackend ? ' of the backend' : ''}`,
      on: 'request',
    } as const;
    const rule = notedOr(notes, () => celSupport().celRule(text, own, shown));
    if (rule === undefined || IS_NARROWED.test(text)) return rule ?? [];
    const args = [text, own];
    return written(rule, { call: 'cel', from: 'express-mcp-gateway/cel', args });
  });
}

/** Expressions that differ from `cel()` itself: there these names show all that the client sent. */
const IS_NARROWED = /req_(?!method\b|path\b)/;

const NAMED_HEADER = /req_headers\s*\[\s*(?:'([^']*)'|"([^"]*)")\s*\]/g;
const NAMED_QUERY = /req_querystring\s*(?:\.(\w+)|\[\s*(?:'([^']*)'|"([^"]*)")\s*\])/g;

/** Whether an expression may stand at this place. It notes mistakes. */
function checkNames(
  notes: Notes,
  text: string,
  { plan, query, hasToken, isBackend }: Place,
): boolean {
  const code = withoutTexts(text);
  if (/\bresp_\w/.test(code)) {
    notes.refuse(
      'when an answer is there, the call has been made; qos/circuit-breaker/http counts statuses, take this out',
    );
    return false;
  }
  if (/\bJWT\b/.test(code) && (isBackend || !hasToken)) {
    notes.refuse(
      isBackend
        ? 'KrakenD has no JWT at a backend; write it at the endpoint'
        : 'KrakenD skips what is about JWT without auth/validator; write that too',
    );
    return false;
  }
  if (isBackend && /\breq_path\b/.test(code)) {
    notes.warn(
      'req_path is the path that the client asks for; at a backend, KrakenD has that of the backend',
    );
  }
  for (const [, one, other] of text.matchAll(NAMED_HEADER)) {
    const name = one ?? other ?? '';
    if (!isMadeHere(name) && !plan.mayHave(name)) {
      notes.warn(`${name} is not in input_headers, so the expression never sees it`);
    }
  }
  for (const [, one, two, three] of text.matchAll(NAMED_QUERY)) {
    const name = one ?? two ?? three ?? '';
    if (!query.includes(name)) {
      notes.warn(`${name} is not in input_query_strings, so the expression never sees it`);
    }
  }
  return true;
}

function isMadeHere(name: string): boolean {
  return /^x-forwarded-(for|host)$/i.test(name);
}

/** The client's headers that go upstream, as KrakenD shows them. */
function passing(ctx: RequestPolicyContext, plan: HeaderPlan): GoHeaders {
  const { req, ip, headers } = ctx;
  const shown = Object.create(null) as Record<string, readonly string[]>;
  for (const [name, values] of Object.entries(req.headersDistinct)) {
    if (values !== undefined && plan.passes(name)) shown[goName(name)] = values;
  }
  for (const [name, read] of plan.claims) {
    const value = read(ctx);
    // The client's own header of this name is never shown.
    delete shown[goName(name)];
    if (value !== undefined) shown[goName(name)] = [value];
  }
  shown['X-Forwarded-For'] = [readAddress(ip)?.text ?? ip];
  shown['X-Forwarded-Host'] = [headers.host ?? ''];
  return shown;
}

import type { GatewayContext } from '../../gateway-context.ts';
import type { Middleware } from '../../http/middleware.ts';
import type { Notes } from '../notes.ts';
import { type HeaderPlan, isStandard } from '../parts/header-plan.ts';
import type { MartianTree } from '../table/martian.ts';
import { changeOf, type HeaderChange } from './actions.ts';
import { AnswerProgram } from './answer-program.ts';
import type { BackendUrl } from './backend-url.ts';
import { compileMartian, type Step } from './compile.ts';
import { RequestProgram } from './request-program.ts';
import { stashOf } from './stash.ts';
import { URL_MODIFIERS, urlEditOf } from './url-edits.ts';

/**
 * Lets the modifiers of a tree change headers and the URL of the backend, in their order.
 *
 * @returns The middleware that changes answers where the plan cannot express that; undefined where it can.
 */
export function applyMartian(
  { notes, tree }: MartianTree,
  plan: HeaderPlan,
  backend: BackendUrl,
): Middleware | undefined {
  const before = plan.copy();
  const request = new RequestProgram((ctx, lower) => before.lines(ctx, lower));
  const answer = new AnswerProgram(request, plan);
  for (const step of compileMartian(notes, tree, { plan, backend })) {
    if (URL_MODIFIERS.includes(step.kind)) applyToUrl(step, backend);
    else applyToHeaders(step, { plan, backend, request, answer });
  }
  return answer.finish();
}

function applyToUrl({ kind, values, notes, condition, isDead }: Step, backend: BackendUrl): void {
  const edit = urlEditOf(notes, kind, values);
  if (condition !== undefined) {
    notes.refuse('the URL of the backend is the same for all requests; take the filter out');
  } else if (edit !== undefined && !isDead) backend.edit(edit);
}

interface Parts {
  readonly plan: HeaderPlan;
  readonly backend: BackendUrl;
  readonly request: RequestProgram;
  readonly answer: AnswerProgram;
}

function applyToHeaders(step: Step, parts: Parts): void {
  const { kind, values, notes, isDead, directions } = step;
  const { plan, answer } = parts;
  const change = changeOf(notes, kind, values, () => stashOf(notes, parts.backend));
  if (change === undefined) return;
  refuseShownSecret(step, change, plan);
  const isForRequest = directions.includes('request');
  if (isForRequest && hasHost(change)) setHost(step, change, plan);
  else if (isForRequest && !isDead) applyToRequest(step, change, parts);
  if (!directions.includes('response')) return;
  if (kind === 'stash.Modifier') {
    notes.refuse('it would show clients where the backend is; write the scope ["request"]');
  } else if (hasHost(change)) {
    if (!isForRequest) notes.refuse('an answer has no Host; take this out');
  } else if (!isDead) {
    if (isAboutCookies(change)) notes.warn(COOKIES);
    answer.add(step, change);
  }
}

const COOKIES =
  'the cookies of the backend do not come back, as KrakenD lets them; only those that are set here do';

function isAboutCookies({ cookie, from, names, constant }: HeaderChange): boolean {
  if (cookie !== undefined) return true;
  const read = [from, ...(constant === null ? [] : names)];
  return read.some((name) => name?.toLowerCase() === 'set-cookie');
}

function hasHost({ names }: HeaderChange): boolean {
  return names.some((name) => name.toLowerCase() === 'host');
}

function setHost({ kind, notes, condition, isDead }: Step, change: HeaderChange, plan: HeaderPlan) {
  const { constant } = change;
  if (kind !== 'header.Modifier' || condition !== undefined || typeof constant !== 'string') {
    notes.refuse('Host is the same for all requests; set it with header.Modifier alone');
  } else if (!isDead) plan.setHost(notes.at('value'), constant);
}

/** One value for both directions would show each client a secret that only the backend is to know. */
function refuseShownSecret({ notes, directions }: Step, change: HeaderChange, plan: HeaderPlan) {
  if (directions.length < 2 || change.constant === null) return;
  const secret = change.cookie ? 'Cookie' : change.names.find((name) => plan.isSecret(name));
  if (secret === undefined) return;
  notes.refuse(
    `KrakenD puts the value into answers too, so every client would see what is secret by its name; write the scope ["request"]`,
  );
}

function applyToRequest(
  { notes, condition, kind }: Step,
  change: HeaderChange,
  { plan, request }: Parts,
): void {
  const { names, constant, from, cookie, action } = change;
  if (from !== undefined && !plan.mayHave(from)) {
    notes.warn(`${from} does not go upstream, so nothing is copied`);
  }
  if (kind === 'header.Append' && names.some((name) => plan.mayHave(name))) {
    notes.warn('values of one name go upstream in one line, with commas between them');
  }
  request.add({ condition, action });
  if (cookie !== undefined) addCookie(notes, cookie.name, plan, request);
  const isSet = constant !== null && kind !== 'header.Id';
  for (const name of names) {
    if (isSet && condition !== undefined) guard(notes, name, plan, request);
    if (from !== undefined && plan.isSecret(from)) plan.markSecret(name);
    if (condition === undefined && constant === null) plan.remove(name);
    else if (condition === undefined && typeof constant === 'string') plan.set(name, constant);
    else plan.set(name, (ctx: GatewayContext) => request.value(ctx, name));
  }
}

function addCookie(notes: Notes, name: string, plan: HeaderPlan, request: RequestProgram): void {
  if (plan.passes('Cookie')) {
    notes.warn(`a cookie ${name} of the client does not go upstream: it could be the one set here`);
  }
  request.guardCookie(name);
  plan.set('Cookie', (ctx: GatewayContext) => request.value(ctx, 'Cookie'));
}

/** Where the condition does not hold, a client could write the header by itself. */
function guard(notes: Notes, name: string, plan: HeaderPlan, request: RequestProgram): void {
  if (!plan.passes(name)) return;
  if (isStandard(name)) {
    notes.warn(`clients write ${name} themselves, also where the condition does not hold`);
    return;
  }
  notes.warn(
    `${name} of the client does not go upstream, although it is in input_headers: what a condition sets is not for clients to say`,
  );
  request.guard(name);
}

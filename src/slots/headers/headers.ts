import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import { UpstreamUnavailableError } from '../../errors.ts';
import type { GatewayContext } from '../../gateway-context.ts';
import { type HeaderEdits, HIDDEN, type SetField } from '../../header-edits.ts';
import { isFieldValue } from '../../http/field.ts';
import type { Middleware } from '../../http/middleware.ts';
import { retryAfterSeconds } from '../../http/retry-after.ts';
import { isTrustedPeer } from '../../http/trusted-peer.ts';
import { causeOf, FunctionFailure } from '../../lib/function-failure.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { allOf, goOn, type NowOrLater } from '../../lib/now-or-later.ts';
import { plain, plainText } from '../../lib/plain-error.ts';
import { isThenable } from '../../lib/thenable.ts';
import { within } from '../../lib/within.ts';
import type { Slot } from '../slot.ts';
import { EDITED_ANSWER } from './edited-answer.ts';
import type { ComputedHeader, HeaderRules } from './header-rules.ts';
import type { ComputedField, HeaderSettings } from './options.ts';
import { secretWarning } from './secret-warning.ts';
import { secretsOf } from './secrets.ts';
import { trustedHops } from './trusted-hops.ts';

/** Decides which headers the relay behind it sends upstream and back. */
export function editHeaders(settings: HeaderSettings): Middleware {
  const { addsHops, computed, secretNames } = settings;
  const onSecret = secretWarning();
  const fixed: HeaderEdits = { ...settings.fixed, onSecret };
  const isForAll = settings.fromProxy === settings.fixed;
  const fromProxy: HeaderEdits = isForAll ? fixed : { ...settings.fromProxy, onSecret };

  return function editHeadersMiddleware(req, res, next) {
    const context = contextOf(req);
    const add = (edits: HeaderEdits) => {
      context.addHeaderEdits(edits);
      context.addStage(EDITED_ANSWER);
      next();
    };
    let edits: HeaderEdits;
    try {
      const isTrusted = !isForAll && isTrustedPeer(req);
      const known = isTrusted ? fromProxy : fixed;
      edits = addsHops ? withHops(known, trustedHops(req, isTrusted)) : known;
    } catch (cause) {
      // The app's own function for `trust proxy` has thrown.
      answerError(req, res, 'internal_error', { cause });
      return;
    }
    if (computed.length === 0) return add(edits);
    const addComputed = (values: readonly ComputedValue[]) =>
      add(withComputed(edits, values, secretNames, context));
    let added: NowOrLater<void>;
    try {
      added = goOn(within(LONGEST_MS, resolve(computed, context.view), HANGS), addComputed);
    } catch (cause) {
      added = Promise.reject(cause);
    }
    // This also catches what a later middleware throws: after a function that gives a promise, no other code
    // would catch it.
    if (isThenable(added)) added.catch((cause) => answerFailure(req, res, cause));
  };
}

/** How long a value may take. */
const LONGEST_MS = 30_000;
const HANGS = 'A function of headers.set hangs';

function answerFailure(req: IncomingMessage, res: ServerResponse, failure: unknown): void {
  // Of several functions it is not known which one hangs.
  const isHanging = plainText(failure) !== undefined;
  const cause = isHanging ? new FunctionFailure('headers.set', failure) : failure;
  const thrown = causeOf(failure);
  if (!(thrown instanceof UpstreamUnavailableError)) {
    answerError(req, res, 'internal_error', { cause });
    return;
  }
  const { retryAfterMs } = thrown;
  const isTime = Number.isFinite(retryAfterMs);
  if (!isTime) notAwaited(retryAfterMs);
  const seconds = isTime ? retryAfterSeconds(retryAfterMs) : 1;
  const headers = { 'Retry-After': String(seconds) };
  const detail = 'a function of headers.set has no value';
  answerError(req, res, 'upstream_unavailable', { cause, headers, detail });
}

function withHops(edits: HeaderEdits, hops: string | undefined): HeaderEdits {
  if (hops === undefined) return edits;
  return { ...edits, set: [...edits.set, ['X-Forwarded-For', hops, 'x-forwarded-for']] };
}

/** A value that was computed for one request, and the function that computed it. */
interface ComputedValue {
  readonly field: SetField;
  readonly compute: ComputedHeader;
}

function resolve(
  fields: readonly ComputedField[],
  ctx: GatewayContext,
): NowOrLater<readonly ComputedValue[]> {
  // If one function throws at once, the rejections of those before it must still be handled.
  const values = allOf(fields.map((field) => computedValue(field, ctx)));
  return goOn(values, (known) => computedValues(fields, known));
}

function computedValues(
  fields: readonly ComputedField[],
  values: readonly (string | undefined)[],
): readonly ComputedValue[] {
  return fields.flatMap(([name, compute, folded], i): ComputedValue[] => {
    const value = values[i];
    if (value === undefined) return [];
    if (!isFieldValue(value)) {
      notAwaited(values);
      const cause = plain(new TypeError(`headers.set.${name} gave no header value`));
      throw new FunctionFailure(pathOf(name), cause);
    }
    return [{ field: [name, value, folded], compute }];
  });
}

function computedValue(
  [name, compute]: ComputedField,
  ctx: GatewayContext,
): NowOrLater<string | undefined> {
  const fail = (cause: unknown) => Promise.reject(new FunctionFailure(pathOf(name), cause));
  try {
    const value = compute(ctx);
    return isThenable(value) ? Promise.resolve(value).catch(fail) : value;
  } catch (cause) {
    return fail(cause);
  }
}

function pathOf(name: string): string {
  return `headers.set.${name}`;
}

function withComputed(
  edits: HeaderEdits,
  values: readonly ComputedValue[],
  secretNames: ReadonlySet<string>,
  context: RequestContext,
): HeaderEdits {
  const fields = values.map(({ field }) => field);
  const interested = values.filter(({ compute }) => compute.onUpstreamUnauthorized !== undefined);
  const all = {
    ...edits,
    set: [...edits.set, ...fields],
    secrets: [...edits.secrets, ...secretsOf(fields, secretNames)],
  };
  if (interested.length === 0) return all;
  const onUnauthorized = () => {
    for (const { field, compute } of interested) {
      if (isSent(field, context.headerEdits)) tellOfRefusal(compute, field, context);
    }
  };
  return { ...all, onUnauthorized };
}

/** Whether a value is sent: of several edits that set a field, the last one decides. */
function isSent(field: SetField, edits: readonly HeaderEdits[]): boolean {
  const last = edits.findLast(({ set }) => set.some(([, , folded]) => folded === field[2]));
  return last?.set.includes(field) === true;
}

function tellOfRefusal(
  compute: ComputedHeader,
  [name, value]: SetField,
  context: RequestContext,
): void {
  const fail = (cause: unknown) => {
    notAwaited(cause, 0);
    const option = `${pathOf(name)}.onUpstreamUnauthorized`;
    context.report('internal_error', new FunctionFailure(option, cause));
  };
  try {
    Promise.resolve(compute.onUpstreamUnauthorized?.(value, context.view)).then(notAwaited, fail);
  } catch (cause) {
    fail(cause);
  }
}

/**
 * The slot for described requests, with `•••` in place of each computed value: the function may fetch a
 * token.
 */
function rehearseHeaders(settings: HeaderSettings): Middleware {
  const { computed, fixed, fromProxy } = settings;
  if (computed.length === 0) return editHeaders(settings);
  const hidden = computed.map(([name, , folded]): SetField => [name, HIDDEN, folded]);
  const withHidden = (edits: HeaderEdits) => ({ ...edits, set: [...edits.set, ...hidden] });
  const ownFixed = withHidden(fixed);
  const edit = editHeaders({
    ...settings,
    computed: [],
    fixed: ownFixed,
    fromProxy: fromProxy === fixed ? ownFixed : withHidden(fromProxy),
  });
  const detail = `not run: ${computed.map(([name]) => pathOf(name)).join(', ')}`;
  return function rehearseHeadersMiddleware(req, res, next) {
    contextOf(req).observation?.unasked?.(detail);
    edit(req, res, next);
  };
}

/** The slot. */
export const headers: Slot<{ readonly headers?: HeaderRules | false }, HeaderSettings, 'headers'> =
  {
    name: 'headers',
    options: ['headers'],
    read: (_problems, _config, basis) => basis.headers,
    build: (settings) => editHeaders(settings),
    rehearse: (settings) => rehearseHeaders(settings),
  };

import type { ServerResponse } from 'node:http';
import { type AnswerDetails, answerError } from '../answer.ts';
import { contextOf, type RequestContext } from '../context.ts';
import { type ErrorReason, GatewayError } from '../errors.ts';
import type { Middleware } from '../http/middleware.ts';
import type { Count } from '../limits/counter.ts';
import type { Charge, EnforcedLimit } from '../limits/enforced-limit.ts';

/** How {@link enforceLimits} refuses. */
export interface LimitRefusalSettings {
  /** Whether a request with an id is told as the answer to its call, with 200. */
  readonly asResult: boolean;
}

/**
 * Lets a request pass when all limits allow it, and refuses it with 429 otherwise. They are asked one
 * after the other: what one refuses is not counted by those behind it.
 */
export function enforceLimits(
  limits: readonly EnforcedLimit[],
  { asResult }: LimitRefusalSettings,
): Middleware {
  return function enforceLimitsMiddleware(req, res, next) {
    const context = contextOf(req);
    findRefusal(limits, context, res)
      .then((refusal) => {
        if (refusal === undefined) {
          next();
          return;
        }
        const { reason, ...details } = refusal;
        answerError(req, res, reason, {
          ...details,
          asResult: asResult && mayBeResult(reason, context),
        });
      })
      .catch((cause) => answerError(req, res, 'internal_error', { cause }));
  };
}

interface LimitRefusal extends AnswerDetails {
  readonly reason: ErrorReason;
}

async function findRefusal(
  limits: readonly EnforcedLimit[],
  context: RequestContext,
  res: ServerResponse,
): Promise<LimitRefusal | undefined> {
  for (const limit of limits) {
    for (const charge of limit.chargesOf(context)) {
      if (charge.weight > limit.most) return tooHeavy(limit, charge, context);
      let count: Count;
      try {
        count = await limit.counter.count(charge.key, charge.weight);
      } catch (cause) {
        const detail = limit.name;
        if (!limit.mayFail) return { reason: 'store_unavailable', cause, detail };
        context.report(new GatewayError('store_unavailable', cause));
        continue;
      }
      if (charge.isForRequests && !res.headersSent) {
        for (const [name, value] of count.fields) res.appendHeader(name, value);
      }
      if (count.isOver) return over(limit, count, context);
    }
  }
  return undefined;
}

function over(limit: EnforcedLimit, { waitSeconds }: Count, context: RequestContext): LimitRefusal {
  const wait = `wait ${waitSeconds} second${waitSeconds === 1 ? '' : 's'}`;
  const message = `Too many requests: the limit is ${limit.terms}; ${wait} before you try again`;
  return { ...refusal(limit, context), message, headers: { 'Retry-After': String(waitSeconds) } };
}

function tooHeavy(limit: EnforcedLimit, { weight }: Charge, context: RequestContext): LimitRefusal {
  const message = `This counts for ${weight}, and the limit is ${limit.terms}; ask for less at once`;
  const headers = { 'Retry-After': String(limit.windowSeconds) };
  return { ...refusal(limit, context), message, headers };
}

/** Clients that are refused with 429 what they ask first take the server for one of the legacy era. */
function refusal(limit: EnforcedLimit, context: RequestContext): LimitRefusal {
  const status = isProbe(context) ? { status: 503, code: 503 } : {};
  return { reason: 'rate_limited', detail: limit.name, ...status };
}

/** A store that fails is no answer to a call. */
function mayBeResult(reason: ErrorReason, context: RequestContext): boolean {
  return reason === 'rate_limited' && !isProbe(context);
}

/** Whether the request asks what the server speaks; as its header says, where the body was not read. */
function isProbe({ mcp, headers }: RequestContext): boolean {
  const method = mcp === undefined ? headers['mcp-method'] : mcp.messages[0]?.method;
  return method === 'server/discover';
}

import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Chains, decidingSlots } from '../chain.ts';
import { contextOf } from '../context.ts';
import { HIDDEN } from '../header-edits.ts';
import { chain } from '../http/chain.ts';
import { foldFieldName } from '../http/field.ts';
import type { Middleware } from '../http/middleware.ts';
import { onceClosed } from '../http/once-closed.ts';
import type { Kept } from '../kept.ts';
import type { Principal } from '../principal.ts';
import type { Plan } from '../read-config.ts';
import { relaySettings, targetsOf } from '../relay/options.ts';
import { rehearseRelay } from '../relay/rehearse.ts';
import type { OutgoingHead } from '../relay/request/outgoing-head.ts';
import { relayedRoutes } from '../relayed-routes.ts';
import { checked } from '../slots/auth/read-authenticators.ts';
import { hopOf } from '../slots/head.ts';
import { isSecretName } from '../slots/headers/secret-name.ts';
import type { DescribedRequest } from './described-request.ts';
import type { Explanation } from './explanation.ts';
import { readRequest } from './read-request.ts';
import { Rehearsal } from './rehearsal.ts';
import {
  type Surroundings,
  type SyntheticExchange,
  syntheticExchange,
} from './synthetic-exchange.ts';

/**
 * What would become of a request, by all that is known at the moment. The slots decide about it as they do about
 * one that is sent, on a chain of its own that no route leads to, and have no effect there.
 */
export async function explain(
  request: DescribedRequest,
  plan: Plan,
  kept: Kept,
  surroundings: Surroundings,
): Promise<Explanation> {
  const routes = relayedRoutes(plan, kept);
  const read = readRequest(request, routes);
  const { slots, first, rehearsedBetween, last, pathAt } = read.route;
  const identity = identityIn(request, plan);
  const exchange = syntheticExchange(read, surroundings);
  const { req, res } = exchange;
  const rehearsal = new Rehearsal();
  Object.assign(contextOf(req), { observation: rehearsal, identity });
  const [target] = targetsOf(plan.relay, kept);
  const settings = {
    ...relaySettings(plan.relay),
    target,
    hop: hopOf(kept),
    ...(pathAt && { pathAt }),
  };
  try {
    const head = await headToSend(exchange, rehearsal, (onSending) => {
      const behind = chain([last, rehearseRelay(settings, onSending)]);
      return chain([first, new Chains(kept).rehearsal(slots, behind, rehearsedBetween)]);
    });
    const isSent = head !== undefined;
    return {
      slots: rehearsal.rowsOf(decidingSlots(slots)),
      status: isSent ? undefined : res.statusCode,
      reason: isSent ? 'relayed' : (rehearsal.reason ?? 'answered'),
      target: head?.target.name,
      headers: head && shownHeaders(req, head),
    };
  } finally {
    exchange.close();
  }
}

/**
 * How long all slots together may take. Each slot bounds how long it waits for what it asks; nothing bounds a
 * function that begins an answer and does not end it.
 */
const LONGEST_MS = 60_000;

/** What would be sent; undefined where the gateway answers. */
async function headToSend(
  { req, res }: SyntheticExchange,
  rehearsal: Rehearsal,
  chainTo: (onSending: (head: OutgoingHead) => void) => Middleware,
): Promise<OutgoingHead | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<OutgoingHead | undefined>();
  const fail = (what: string) => reject(new Error(`The slot '${rehearsal.slot}' ${what}`));
  const timer = setTimeout(fail, LONGEST_MS, `has not decided after ${LONGEST_MS / 1000} s`);
  res.once('finish', () => resolve(undefined));
  onceClosed(req, res, () => fail('closed the connection of the request'));
  chainTo(resolve)(req, res, () => resolve(undefined));
  return promise.finally(() => clearTimeout(timer));
}

/** The principal that the description names. `auth` takes it as found. */
function identityIn({ principal }: DescribedRequest, { slots: { auth } }: Plan) {
  if (principal === undefined) return undefined;
  if (auth === undefined || auth.identity.relaysTokens) {
    throw new TypeError(
      '`request.principal` needs an `auth` that finds out who it is: this gateway has none',
    );
  }
  return { principal: named(principal), source: undefined, isByBearer: false };
}

function named(principal: Principal): Principal {
  try {
    return checked(principal);
  } catch (cause) {
    throw new TypeError('`request.principal` is { subject: "...", scopes: ["..."] }', { cause });
  }
}

function shownHeaders(
  req: IncomingMessage,
  { target, host = target.url.host, headers }: OutgoingHead,
): Record<string, string> {
  const { headerEdits } = contextOf(req);
  const secrets = new Set(
    headerEdits.flatMap((edits) => edits.secrets.map(({ name }) => foldFieldName(name))),
  );
  const all: OutgoingHttpHeaders = { host, ...headers };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => {
      const isSecret = isSecretName(name) || secrets.has(foldFieldName(name));
      return [name.toLowerCase(), isSecret ? HIDDEN : [value].flat().join(', ')];
    }),
  );
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AnswerDetails, answerError } from '../../answer-error.ts';
import { contextOf } from '../../context.ts';
import { type HeaderEdits, NO_EDITS } from '../../header-edits.ts';
import { foldFieldName } from '../../http/field.ts';
import type { Middleware } from '../../http/middleware.ts';
import { FunctionFailure } from '../../lib/function-failure.ts';
import { noop } from '../../lib/noop.ts';
import { firstFound, goOn, type NowOrLater } from '../../lib/now-or-later.ts';
import { plain } from '../../lib/plain-error.ts';
import { isThenable } from '../../lib/thenable.ts';
import { within } from '../../lib/within.ts';
import { NO_CREDENTIALS } from '../../observation.ts';
import { isClaim, namesIn } from '../../targets/names.ts';
import { passOrRefuse } from '../pass-or-refuse.ts';
import type { Slot } from '../slot.ts';
import type { AuthenticationScheme, Authenticator, Identification } from './authenticator.ts';
import type { Challenge, ChallengeDetails } from './challenge.ts';
import { checkHeaders } from './check-headers.ts';
import { fillClaims } from './claims-in-target.ts';
import { credentialFields } from './credential-fields.ts';
import { EndOfCredentials } from './end-of-credentials.ts';
import type { Identity } from './identity.ts';
import {
  type MetadataWarningSettings,
  metadataWarningOf,
  readMetadataWarning,
} from './metadata-warning.ts';
import { hasScopes, withoutScopes } from './needed-scopes.ts';
import { readIdentification } from './read-identification.ts';
import { rehearsedSchemes } from './rehearsed-schemes.ts';
import { schemeNames } from './scheme-names.ts';
import { relayCredentials } from './upstream-auth.ts';

/**
 * Lets a request pass if one of `schemes` accepts its credentials, and keeps the principal for `principalOf`.
 * The first scheme that accepts, and whose scopes the caller has, decides. Otherwise a scheme that cannot
 * tell (503) takes precedence over one that finds the credentials not enough (403), and that over one that
 * refuses them (401).
 */
export function authenticate(
  { schemes, places, challenge }: Pick<Identity, 'schemes' | 'places' | 'challenge'>,
  onChallenge: (req: IncomingMessage) => void = noop,
  claims: readonly string[] = [],
): Middleware {
  const fields = credentialFields(schemes);
  const edits = withholding(fields);
  const names = schemeNames(schemes);
  return function authenticateMiddleware(req, res, next) {
    if (hasTokenInQuery(req)) {
      onChallenge(req);
      refuse(req, res, challenge, {
        error: 'invalid_request',
        description: 'Send the token in the Authorization header',
      });
      return;
    }
    const accept = (found: Found): Refused | undefined => {
      if (found.outcome !== 'accepted') return found;
      const context = contextOf(req);
      context.identity = {
        principal: found.principal,
        source: names[found.position],
        isByBearer: found.byBearer === true,
      };
      context.addHeaderEdits(edits);
      if (found.expiresAt !== undefined) context.addStage(new EndOfCredentials(found.expiresAt));
      const description = fillClaims(context, claims);
      return description === undefined ? undefined : { outcome: 'forbidden', description };
    };
    const decide = () => goOn(identify(schemes, places, req, res), accept);
    passOrRefuse(req, res, next, decide, (refused) => {
      if (isChallenged(refused)) onChallenge(req);
      answer(req, res, challenge, refused, fields);
    });
  };
}

function isChallenged({ outcome }: Refused): boolean {
  return outcome === 'absent' || outcome === 'refused';
}

/** RFC 6750 section 2.3 defines a token in the query; MCP forbids it, because query strings are logged. */
function hasTokenInQuery({ url = '' }: IncomingMessage): boolean {
  return /[?&]access_token=/i.test(url);
}

type Accepted = Extract<Identification, { outcome: 'accepted' }>;

type Refused = Exclude<Identification, Accepted>;

/** With the position of the scheme that accepted. */
type Found = Refused | (Accepted & { readonly position: number });

/** How long an authenticator may take. */
const LONGEST_MS = 10_000;

function identify(
  schemes: readonly AuthenticationScheme[],
  places: readonly string[],
  req: IncomingMessage,
  res: ServerResponse,
): NowOrLater<Found> {
  let refused: Refused = { outcome: 'absent' };
  const ask = (scheme: AuthenticationScheme, position: number): NowOrLater<Found | undefined> =>
    goOn(identificationBy(scheme, places[position] ?? '', req, res), (given) => {
      const isAccepted = given.outcome === 'accepted';
      if (isAccepted && hasScopes(given.principal, scheme.scopes)) return { ...given, position };
      const own = isAccepted ? withoutScopes(scheme.scopes) : given;
      if (rankOf(own) > rankOf(refused)) refused = own;
      return undefined;
    });
  return goOn(firstFound(schemes, ask), (accepted) => accepted ?? refused);
}

function identificationBy(
  scheme: AuthenticationScheme,
  place: string,
  req: IncomingMessage,
  res: ServerResponse,
): NowOrLater<Identification> {
  const fail = (cause: unknown): never => {
    throw new FunctionFailure(place, cause);
  };
  try {
    const given = within(LONGEST_MS, scheme.identify(req, res), 'An authenticator hangs');
    if (isThenable(given)) return given.then(readIdentification).catch(fail);
    return readIdentification(given);
  } catch (cause) {
    return fail(cause);
  }
}

/** An outcome takes precedence over those before it in this list. */
const RANK = ['absent', 'refused', 'forbidden', 'without scopes', 'unavailable'];

/**
 * Missing scopes take precedence over other reasons for a 403: a client can ask for scopes, and for nothing
 * else that it lacks.
 */
function rankOf(found: Refused): number {
  const lacksScopes = found.outcome === 'forbidden' && found.scopes !== undefined;
  return RANK.indexOf(lacksScopes ? 'without scopes' : found.outcome);
}

function answer(
  req: IncomingMessage,
  res: ServerResponse,
  challenge: Challenge,
  found: Refused,
  fields: ReadonlySet<string>,
): void {
  if (found.outcome === 'unavailable') {
    answerError(req, res, 'keys_unavailable', { cause: found.cause });
  } else if (found.outcome === 'forbidden') {
    if (found.scopes === undefined) {
      answerError(req, res, 'policy_denied', { detail: found.description });
    } else askForScopes(req, res, challenge, found.scopes);
  } else if (found.outcome === 'refused') {
    const { description, detail } = found;
    const hint = detail === undefined ? undefined : { detail, cause: plain(new Error(detail)) };
    refuse(req, res, challenge, { error: 'invalid_token', description }, hint);
  } else {
    // RFC 6750 section 3.1: a request without credentials gets no error code.
    refuse(req, res, challenge, undefined, {
      detail: hasNone(req, fields) ? NO_CREDENTIALS : undefined,
    });
  }
}

/**
 * Whether the request has none of the fields with credentials. `fields` includes those that only a function
 * of the app may read.
 */
function hasNone({ headers }: IncomingMessage, fields: ReadonlySet<string>): boolean {
  return !Object.keys(headers).some((name) => fields.has(foldFieldName(name)));
}

function askForScopes(
  req: IncomingMessage,
  res: ServerResponse,
  challenge: Challenge,
  scopes: readonly string[],
): void {
  const value = challenge.header({ error: 'insufficient_scope', scopes });
  answerError(req, res, 'insufficient_scope', { headers: { 'WWW-Authenticate': value } });
}

function refuse(
  req: IncomingMessage,
  res: ServerResponse,
  challenge: Challenge,
  details?: ChallengeDetails,
  told: Pick<AnswerDetails, 'detail' | 'cause'> = { detail: details?.description },
): void {
  const headers = { 'WWW-Authenticate': challenge.header(details) };
  answerError(req, res, 'unauthorized', { ...told, headers });
}

/** Keeps credentials from the upstream, even if `headers.forward` names them: they are for the gateway. */
function withholding(withheld: ReadonlySet<string>): HeaderEdits {
  return { ...NO_EDITS, withheld, credentials: 'own' };
}

/** What the slot reads from the configuration. */
interface Settings {
  readonly identity: Identity;
  readonly metadata: MetadataWarningSettings | undefined;
  /** The names in the target that are claims. */
  readonly claims: readonly string[];
}

/** The slot. */
export const auth: Slot<
  { readonly auth?: Authenticator | readonly Authenticator[] | false },
  Settings,
  'auth'
> = {
  name: 'auth',
  options: ['auth'],
  read(problems, _config, basis) {
    const { identity, headers, relay } = basis;
    if (!identity.isAsked) return undefined;
    if (headers !== undefined) checkHeaders(problems.at('headers'), identity, headers);
    const claims = relay === undefined ? [] : namesIn(relay.targets[0].url).filter(isClaim);
    return { identity, metadata: readMetadataWarning(basis), claims };
  },
  build({ identity, metadata, claims }, kept) {
    return build(identity, metadata && metadataWarningOf(metadata, kept), claims);
  },
  rehearse({ identity, claims }) {
    return build({ ...identity, schemes: rehearsedSchemes(identity.schemes) }, noop, claims);
  },
};

function build(
  identity: Identity,
  onChallenge: ((req: IncomingMessage) => void) | undefined,
  claims: readonly string[],
): Middleware {
  return identity.relaysTokens ? relayCredentials() : authenticate(identity, onChallenge, claims);
}

import { boundedFetch, FetchLimitError } from '../../../http/bounded-fetch.ts';
import { fetchFailure } from '../../../http/fetch-failure.ts';
import { timeLimited } from '../../../lib/time-limited.ts';
import { isJsonObject, type JsonObject } from '../../../mcp/json/json-object.ts';
import { hasRepeatedMember } from '../../../mcp/json/repeated-member.ts';
import { decodeUtf8 } from '../../../mcp/json/utf8.ts';
import { EndpointLocation, type IntrospectionClock } from './endpoint-location.ts';
import { type FailureSubject, IntrospectionFailure } from './introspection-failure.ts';

/** The endpoint where tokens are introspected, and the client as which the gateway asks. */
export interface IntrospectionEndpointSettings {
  readonly issuer: string | undefined;
  /** Undefined: the URL that the issuer's metadata names. */
  readonly url: URL | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
}

const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Statuses with which a server refuses a single token that it cannot read. The others are about all tokens,
 * except 500.
 */
const STATUSES_FOR_ONE: readonly number[] = [400, 413, 414, 422, 431];

/** These say that the server does not accept this client (RFC 6749 section 5.2). */
const CLIENT_STATUSES: readonly number[] = [401, 403];
const CLIENT_ERRORS: readonly unknown[] = ['invalid_client', 'unauthorized_client'];

/** So that the server looks among its access tokens first (RFC 7662 section 2.1). */
const HINT = { token_type_hint: 'access_token' };

/**
 * An introspection endpoint, and one client of it, which authenticates with HTTP Basic.
 *
 * @see RFC 7662 section 2; RFC 6749 section 2.3.1
 */
export class IntrospectionEndpoint {
  readonly #settings: IntrospectionEndpointSettings;
  readonly #location: EndpointLocation;
  readonly #clock: IntrospectionClock;

  constructor(settings: IntrospectionEndpointSettings, clock: IntrospectionClock) {
    this.#settings = settings;
    this.#location = new EndpointLocation(settings.issuer ?? '', clock);
    this.#clock = clock;
  }

  /** What the server says of a token. Rejects with an {@link IntrospectionFailure}. */
  async ask(token: string): Promise<JsonObject> {
    const { monotonic, timeoutMs } = this.#clock;
    const begun = monotonic();
    const url = this.#settings.url ?? (await this.#discovered());
    // One time limit for the lookup and the question, because an authenticator may not take much longer.
    const answer = await this.#request(url, token, Math.max(1, begun + timeoutMs - monotonic()));
    const { status } = answer;
    const text = decodeUtf8(new Uint8Array(await answer.arrayBuffer()));
    const value = text === undefined ? undefined : parsed(text);
    if (status !== 200) {
      const error = status === 400 && isJsonObject(value) ? value.error : undefined;
      // Some servers answer this for every JWT (RFC 7009 section 2.2.1): they call no JWT active.
      if (error === 'unsupported_token_type') return { active: false };
      const isOurs = CLIENT_STATUSES.includes(status) || CLIENT_ERRORS.includes(error);
      throw failure(url, textOf(status, isOurs), isOurs ? 'server' : subjectOf(status));
    }
    if (text === undefined || value === undefined) throw failure(url, 'answered no JSON', 'server');
    if (!isJsonObject(value)) throw failure(url, 'answered JSON that is no object', 'server');
    if (isAmbiguous(text)) throw failure(url, 'answered JSON with a name twice', 'token');
    return value;
  }

  async #discovered(): Promise<URL> {
    try {
      return await this.#location.url();
    } catch {
      const message = `The metadata of ${this.#settings.issuer} could not be fetched, or names no introspection_endpoint that may be used`;
      throw new IntrospectionFailure(message, 'server');
    }
  }

  async #request(url: URL, token: string, leftMs: number): Promise<Response> {
    const timedOut = new FetchLimitError(`it took more than ${this.#clock.timeoutMs} ms`);
    const { clientId, clientSecret } = this.#settings;
    try {
      const oauth = await import('oauth4webapi');
      return await oauth.introspectionRequest(
        // Nothing that is used here depends on the issuer.
        { issuer: url.origin, introspection_endpoint: url.href },
        { client_id: clientId },
        oauth.ClientSecretBasic(clientSecret),
        token,
        {
          additionalParameters: HINT,
          [oauth.customFetch]: (address, { method, headers, body }) =>
            timeLimited(leftMs, timedOut, (signal) =>
              boundedFetch(address, { method, headers, body, signal }, MAX_ANSWER_BYTES),
            ),
          // The configuration lets http in for loopback only.
          [oauth.allowInsecureRequests]: true,
        },
      );
    } catch (error) {
      // The answer for a user in very many groups may be too large. Other users must not suffer from it.
      const isTooLarge = error instanceof FetchLimitError && error !== timedOut;
      const what = `gave no answer (${fetchFailure(error)})`;
      throw failure(url, what, isTooLarge ? 'token' : 'server');
    }
  }
}

function failure({ host }: URL, what: string, about: FailureSubject): IntrospectionFailure {
  return new IntrospectionFailure(`The introspection endpoint at ${host} ${what}`, about);
}

/** A server that fails at one token, such as one that is too long for its database, answers 500. */
function subjectOf(status: number): FailureSubject {
  if (STATUSES_FOR_ONE.includes(status)) return 'token';
  return status === 500 ? 'either' : 'server';
}

function textOf(status: number, isOurs: boolean): string {
  const refusal = ', so it does not take this client: check clientId and clientSecret';
  return `answered ${status}${isOurs ? refusal : ''}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON that is nested too deeply for the check counts as ambiguous. */
function isAmbiguous(text: string): boolean {
  try {
    return hasRepeatedMember(text);
  } catch {
    return true;
  }
}

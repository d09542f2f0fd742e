import type { AuthorizationServer, Client, RecognizedTokenTypes } from 'oauth4webapi';
import { boundedFetch, FetchLimitError } from '../http/bounded-fetch.ts';
import { fetchFailure } from '../http/fetch-failure.ts';
import { timeLimited } from '../lib/time-limited.ts';
import type { IssuedToken } from './held-token.ts';
import { TokenFailure } from './token-failure.ts';

/** Parameters of a request, in order; a name may repeat. */
export type Parameters = readonly (readonly [name: string, value: string])[];

/** The token endpoint, the client that asks there, and how it does. */
export interface TokenEndpointSettings {
  readonly url: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  /** How the client authenticates. */
  readonly authentication: 'ClientSecretBasic' | 'ClientSecretPost';
  /** The parameters of every request. */
  readonly parameters: Parameters;
  readonly timeoutMs: number;
}

const MAX_ANSWER_BYTES = 64 * 1024;

/** The lifetime of a token where the answer does not say it. */
const DEFAULT_LIFETIME_MS = 60_000;

/** Errors of the client itself, for any request (RFC 6749 section 5.2). */
const CLIENT_ERRORS: readonly string[] = ['invalid_client', 'unauthorized_client'];

/** Errors of one caller's token or request, with any status. */
const CALLER_ERRORS: readonly string[] = [
  'access_denied',
  'interaction_required',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
];

/** The errors that are named in messages; any other text of an answer could be what was sent. */
const KNOWN_ERRORS: readonly string[] = [
  ...CLIENT_ERRORS,
  ...CALLER_ERRORS,
  'server_error',
  'slow_down',
  'temporarily_unavailable',
  'unsupported_grant_type',
];

/** Statuses that say something about the client or the server, not about one request. */
const STATUSES_FOR_ALL: readonly number[] = [401, 429, 502, 503, 504];

/** A token endpoint (RFC 6749 section 3.2), and one client of it. */
export class TokenEndpoint {
  readonly #settings: TokenEndpointSettings;
  readonly #server: AuthorizationServer;
  readonly #client: Client;

  constructor(settings: TokenEndpointSettings) {
    this.#settings = settings;
    // Nothing that is used here depends on the issuer.
    this.#server = { issuer: settings.url.origin, token_endpoint: settings.url.href };
    this.#client = { client_id: settings.clientId };
  }

  /** Asks for a token; `own` are further parameters of this request. Rejects with a {@link TokenFailure}. */
  async request(grantType: string, own: Parameters = []): Promise<IssuedToken> {
    const parameters = new URLSearchParams();
    for (const [name, value] of [...this.#settings.parameters, ...own]) {
      parameters.append(name, value);
    }
    return this.#read(await this.#ask(grantType, parameters));
  }

  async #ask(grantType: string, parameters: URLSearchParams): Promise<Response> {
    const { authentication, clientSecret, timeoutMs } = this.#settings;
    const timedOut = new FetchLimitError(`it took more than ${timeoutMs} ms`);
    try {
      const oauth = await import('oauth4webapi');
      return await oauth.genericTokenEndpointRequest(
        this.#server,
        this.#client,
        oauth[authentication](clientSecret),
        grantType,
        parameters,
        {
          [oauth.customFetch]: (url, { method, headers, body }) =>
            timeLimited(timeoutMs, timedOut, (signal) =>
              boundedFetch(url, { method, headers, body, signal }, MAX_ANSWER_BYTES),
            ),
          // The configuration allows http for loopback only.
          [oauth.allowInsecureRequests]: true,
        },
      );
    } catch (error) {
      throw this.#failure(`no answer (${fetchFailure(error)})`, true);
    }
  }

  async #read(answer: Response): Promise<IssuedToken> {
    const { status } = answer;
    const oauth = await import('oauth4webapi');
    try {
      const token = await oauth.processGenericTokenEndpointResponse(
        this.#server,
        this.#client,
        await withoutIdToken(answer),
        { recognizedTokenTypes: BEARER_ONLY },
      );
      if (!VISIBLE.test(token.access_token)) throw new TypeError('no header could carry it');
      const { expires_in: seconds } = token;
      return {
        value: token.access_token,
        lifetimeMs: seconds === undefined ? DEFAULT_LIFETIME_MS : seconds * 1000,
      };
    } catch (error) {
      if (status === 200) throw this.#failure('an answer that is no bearer token', false);
      const given = error instanceof oauth.ResponseBodyError ? error.error : '';
      const code = KNOWN_ERRORS.includes(given) ? ` (${given})` : '';
      const isCallers = CALLER_ERRORS.includes(given);
      const isForAll =
        !isCallers && (STATUSES_FOR_ALL.includes(status) || CLIENT_ERRORS.includes(given));
      throw this.#failure(`${status}${code}`, isForAll);
    }
  }

  #failure(what: string, isForAll: boolean): TokenFailure {
    const message = `No token for the upstream: ${this.#settings.url.host} gave ${what}`;
    return new TokenFailure(message, { isForAll });
  }
}

const VISIBLE = /^[\x21-\x7e]+$/;

const BEARER_ONLY: RecognizedTokenTypes = {
  dpop() {
    throw new TypeError('a token that is bound to a key');
  },
};

/** The answer without its ID token: the library would validate that, and the gateway does not read it. */
async function withoutIdToken(answer: Response): Promise<Response> {
  if (answer.status !== 200) return answer;
  try {
    const { id_token: _, ...rest } = (await answer.clone().json()) as Record<string, unknown>;
    return Response.json(rest);
  } catch {
    return answer;
  }
}

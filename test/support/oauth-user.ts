import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';

/** No process listens on this port: the redirect is read, not followed. */
const REDIRECT = 'http://127.0.0.1:1/callback';

/** The data of a client before its user logs in for the first time. */
export interface OAuthUserOptions {
  /** The URL of the client's metadata, for servers that accept such a URL as a client id. */
  readonly clientMetadataUrl?: string;
  /** The registration of the client. Default: it registers itself. */
  readonly client?: StoredOAuthClientInformation;
  /** Default: `authorization_code` and `refresh_token`. */
  readonly grantTypes?: readonly string[];
}

/**
 * The part of an official client that the program has to provide. It stores the client's registration and
 * tokens, and stands for a user who agrees to everything, at a server that asks no questions.
 */
export class OAuthUser implements OAuthClientProvider {
  readonly redirectUrl: string = REDIRECT;
  readonly clientMetadata: OAuthClientMetadata;
  readonly clientMetadataUrl?: string;
  /** Where the user was sent, in order. */
  readonly sentTo: URL[] = [];
  client: StoredOAuthClientInformation | undefined;
  held: StoredOAuthTokens | undefined;
  #verifier = '';
  #discovery: OAuthDiscoveryState | undefined;
  #callback: URLSearchParams | undefined;

  constructor({ client, clientMetadataUrl, grantTypes }: OAuthUserOptions = {}) {
    this.client = client;
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl;
    this.clientMetadata = {
      client_name: 'test',
      redirect_uris: [REDIRECT],
      grant_types: [...(grantTypes ?? ['authorization_code', 'refresh_token'])],
    };
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.client;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.client = client;
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.held;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    const isNew = tokens.access_token !== this.held?.access_token;
    this.held = tokens;
    // The state is only for the return from this log-in: the next log-in may be at another server.
    if (isNew) this.#discovery = undefined;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovery = state;
  }

  invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    if (scope === 'all' || scope === 'client') this.client = undefined;
    if (scope === 'all' || scope === 'tokens') this.held = undefined;
    if (scope === 'all' || scope === 'discovery') this.#discovery = undefined;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    this.sentTo.push(url);
    const answer = await fetch(url, { redirect: 'manual' });
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${answer.status} ${await answer.text()}`);
    this.#callback = new URL(location).searchParams;
  }

  /** The parameters of the redirect; a second call throws. */
  takeCallback(): URLSearchParams {
    const callback = this.#callback;
    if (callback === undefined) throw new Error('The user was not asked');
    this.#callback = undefined;
    return callback;
  }
}

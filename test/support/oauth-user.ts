import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';

/** Nobody listens there: the redirect is read, not followed. */
const REDIRECT = 'http://127.0.0.1:1/callback';

/** What a client has before its user has ever logged in. */
export interface OAuthUserOptions {
  /** Where its own metadata is, for servers that take such a URL as an id. */
  readonly clientMetadataUrl?: string;
  /** Under what it is registered. Default: it registers itself. */
  readonly client?: StoredOAuthClientInformation;
  /** Default: whatever there is. */
  readonly grantTypes?: readonly string[];
}

/**
 * The part of an official client that its program has to bring: it keeps what the client learns, and
 * stands for the user, who agrees to everything, at a server that asks no questions.
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
    // It is for the way back from the log-in only: the next one may be somewhere else.
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

  /** What the redirect brought back, once. */
  takeCallback(): URLSearchParams {
    const callback = this.#callback;
    if (callback === undefined) throw new Error('The user was not asked');
    this.#callback = undefined;
    return callback;
  }
}

import {
  Client,
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  DpopSession,
  type OAuthClientProvider,
  PrivateKeyJwtProvider,
  requestJwtAuthorizationGrant,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { OAuthUser } from '../../support/oauth-user.ts';

/** The URL that the suite expects from a client with its own metadata. */
const CLIENT_METADATA_URL = 'https://conformance-test.local/client-metadata.json';

/** How often a user agrees to log in for the same request. */
const MOST_LOG_INS = 2;

/** Data that a scenario gives its client. Each member is there only if the scenario needs it. */
type Context = Readonly<Record<string, string>>;

/** How a client authenticates if no user logs in. */
const PROVIDERS: Readonly<Record<string, (context: Context) => OAuthClientProvider>> = {
  'auth/pre-registration': ({ client_id = '', client_secret = '' }) =>
    new OAuthUser({ client: { client_id, client_secret } }),
  'auth/client-credentials-basic': ({ client_id = '', client_secret = '' }) =>
    new ClientCredentialsProvider({ clientId: client_id, clientSecret: client_secret }),
  'auth/client-credentials-jwt': (context) =>
    new PrivateKeyJwtProvider({
      clientId: context.client_id ?? '',
      privateKey: context.private_key_pem ?? '',
      algorithm: context.signing_algorithm ?? '',
    }),
  'auth/enterprise-managed-authorization': (context) =>
    new CrossAppAccessProvider({
      clientId: context.client_id ?? '',
      clientSecret: context.client_secret ?? '',
      async assertion({ authorizationServerUrl, fetchFn }) {
        const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
          tokenEndpoint: context.idp_token_endpoint ?? '',
          audience: authorizationServerUrl,
          // The suite gives assertions for its own server only.
          resource: process.argv.at(-1) ?? '',
          idToken: context.idp_id_token ?? '',
          clientId: context.idp_client_id ?? '',
          fetchFn,
        });
        return jwtAuthGrant;
      },
    }),
  'auth/wif-jwt-bearer': ({ client_id = '', valid_jwt = '' }) => new Workload(client_id, valid_jwt),
  'auth/dpop': () => new DpopUser(),
  'auth/dpop-nonce': () => new DpopUser(),
};

/** A user whose client proves with every request that the token is its own (DPoP). */
class DpopUser extends OAuthUser {
  readonly #session = DpopSession.create();

  dpop(): Promise<DpopSession> {
    return this.#session;
  }
}

/** A program that presents an assertion of its platform (RFC 7523). */
class Workload extends ClientCredentialsProvider {
  readonly #assertion: string;

  constructor(clientId: string, assertion: string) {
    super({ clientId, clientSecret: '' });
    this.#assertion = assertion;
  }

  override prepareTokenRequest(scope?: string): URLSearchParams {
    return new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: this.#assertion,
      ...(scope !== undefined && { scope }),
    });
  }
}

/** Runs a scenario of authorization: makes the requests that may need a token. */
export async function runAuthorizedClient(scenario: string, url: string): Promise<void> {
  const { MCP_CONFORMANCE_CONTEXT: context = '{}', MCP_CONFORMANCE_PROTOCOL_VERSION: version } =
    process.env;
  const newProvider = PROVIDERS[scenario] ?? withMetadata;
  const authProvider = newProvider(JSON.parse(context));
  const mode = version === '2026-07-28' ? 'auto' : 'legacy';

  let transport: StreamableHTTPClientTransport;
  const loggedIn = async <T>(act: () => Promise<T>): Promise<T> => {
    for (let logIns = 0; ; logIns += 1) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof UnauthorizedError) || logIns === MOST_LOG_INS) throw error;
        if (!(authProvider instanceof OAuthUser)) throw error;
        await transport.finishAuth(authProvider.takeCallback());
      }
    }
  };

  const client = await loggedIn(async () => {
    const client = new Client(
      { name: 'conformance-client', version: '1.0.0' },
      { versionNegotiation: { mode } },
    );
    transport = new StreamableHTTPClientTransport(new URL(url), { authProvider });
    await client.connect(transport);
    return client;
  });
  await loggedIn(() => client.listTools());
  await loggedIn(() => client.callTool({ name: 'test-tool', arguments: {} }));
  await client.close();
}

function withMetadata(): OAuthUser {
  return new OAuthUser({ clientMetadataUrl: CLIENT_METADATA_URL });
}

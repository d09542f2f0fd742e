import { createHash, randomBytes } from 'node:crypto';
import { OAuthUser } from '../../support/oauth-user.ts';
import type { AuthorizationServer } from './authorization-server.ts';

const REDIRECT = 'http://127.0.0.1:1/callback';

/** What whoever logs in asks for. */
export interface LogIn {
  readonly user: string;
  readonly resource: string;
  readonly scope: string;
}

/** A token for a resource, by the whole flow: registration, a code with PKCE, the token. */
export async function logIn(
  server: AuthorizationServer,
  { user, resource, scope }: LogIn,
): Promise<string> {
  const { registration_endpoint, authorization_endpoint, token_endpoint } = await metadata(server);
  const { client_id } = await read(
    await fetch(registration_endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' }),
    }),
  );
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: REDIRECT,
    scope,
    resource,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  server.user = user;
  const answer = await fetch(`${authorization_endpoint}?${query}`, { redirect: 'manual' });
  const location = new URL(answer.headers.get('location') ?? '', server.issuer);
  const code = location.searchParams.get('code');
  if (code === null)
    throw new Error(`No code: ${answer.status} ${location} ${await answer.text()}`);
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id,
    redirect_uri: REDIRECT,
    resource,
    code,
    code_verifier: verifier,
  });
  const { access_token } = await read(await fetch(token_endpoint, { method: 'POST', body }));
  return access_token;
}

/** A user whose token is for another resource of the same server. */
export async function userFromElsewhere(server: AuthorizationServer): Promise<OAuthUser> {
  const resource = 'https://other.example/mcp';
  server.resources.add(resource);
  const token = await logIn(server, { user: 'alice', resource, scope: 'tools:read' });
  const user = new OAuthUser();
  user.held = { access_token: token, token_type: 'Bearer', issuer: server.issuer };
  return user;
}

async function metadata({ issuer }: AuthorizationServer): Promise<Document> {
  return read(await fetch(`${issuer}/.well-known/oauth-authorization-server`));
}

type Name = `${'registration' | 'authorization' | 'token'}_endpoint` | 'client_id' | 'access_token';

/** What an answer of the server says; a name that it lacks is found missing where it is used. */
type Document = Readonly<Record<Name, string>>;

async function read(answer: Response): Promise<Document> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${text}`);
  return JSON.parse(text) as Document;
}

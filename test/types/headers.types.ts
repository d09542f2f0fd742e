import {
  type ClientCredentialsHeader,
  type ClientCredentialsOptions,
  type ComputedHeader,
  clientCredentials,
  type GatewayConfig,
  type GatewayContext,
  type HeaderRules,
  type HeaderValue,
  injectHeaders,
  type Middleware,
  type TokenExchangeHeader,
  type TokenExchangeOptions,
  type TokenOptions,
  tokenExchange,
} from 'express-mcp-gateway';
import { same, typed } from './same.ts';

const token: TokenOptions = {
  tokenUrl: 'https://idp.example/token',
  clientId: 'gateway',
  clientSecret: process.env.CLIENT_SECRET,
};

export const inferred: GatewayConfig = {
  target: 'https://server.example/mcp',
  headers: {
    set: {
      'X-Ip': ({ ip }) => ip,
      'X-User': async ({ principal }) => principal?.subject,
      // What may be missing is told when the gateway is made.
      'X-Key': process.env.UPSTREAM_KEY,
      Authorization: clientCredentials(token),
      'X-Token': tokenExchange(token),
    },
  },
};

export function rules(): void {
  const all: HeaderRules = {
    forward: ['X-Tenant'],
    set: { 'X-Api-Key': 'k' },
    remove: ['Via'],
    secret: ['X-Api-Key'],
    response: { forward: ['Set-Cookie'], set: { 'X-Frame-Options': 'DENY' }, remove: ['Server'] },
  };
  typed<Middleware>()(injectHeaders(all));
  same<HeaderValue, string | undefined | ComputedHeader>();
  // @ts-expect-error -- a list
  injectHeaders({ forward: 'X-Tenant' });
  // @ts-expect-error -- a text
  injectHeaders({ set: { 'X-Count': 1 } });
  // @ts-expect-error -- a text, or none, which undefined says
  injectHeaders({ set: { 'X-User': () => null } });
  // @ts-expect-error -- the answer gets constants
  injectHeaders({ response: { set: { 'X-Ip': () => '::1' } } });
  // @ts-expect-error
  injectHeaders();
}

export function computed(ctx: GatewayContext): void {
  const own: ComputedHeader = Object.assign(({ ip }: GatewayContext) => ip, {
    onUpstreamUnauthorized: (value: string) => value.length,
  });
  typed<string | undefined | Promise<string | undefined>>()(own(ctx));
}

export function tokens(ctx: GatewayContext): void {
  const credentials: ClientCredentialsOptions = { ...token, scope: 'a b', audience: ['x'] };
  typed<ClientCredentialsHeader>()(clientCredentials(credentials));
  clientCredentials(credentials) satisfies ComputedHeader;
  typed<Promise<string>>()(clientCredentials(credentials)());

  const exchange: TokenExchangeOptions = { ...token, subjectTokenType: 'urn:x', maxTokens: 10 };
  typed<TokenExchangeHeader>()(tokenExchange(exchange));
  tokenExchange(exchange) satisfies ComputedHeader;
  typed<Promise<string>>()(tokenExchange(exchange)(ctx));
  // @ts-expect-error -- a token is exchanged for that of a caller
  void tokenExchange(exchange)();
  // @ts-expect-error -- one token for all is no question of how many
  clientCredentials({ ...token, maxTokens: 10 });
  // @ts-expect-error
  clientCredentials({ ...token, authMethod: 'none' });
  // @ts-expect-error -- it may be undefined, but not be left out
  clientCredentials({ tokenUrl: 'https://idp.example/token', clientId: 'gateway' });
}

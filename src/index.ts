export type {
  AuthenticateFunction,
  AuthenticationScheme,
  Authenticator,
  Identification,
} from './auth/authenticator.ts';
export type { Principal } from './auth/principal.ts';
export { type UpstreamAuth, upstreamAuth } from './auth/upstream-auth.ts';
export { type BodyLimitOptions, bodyLimit } from './body-limit.ts';
export type { GatewayConfig } from './config.ts';
export {
  type ErrorListener,
  type GatewayContext,
  type McpRequest,
  mcpOf,
  principalOf,
} from './context.ts';
export { type ErrorReason, GatewayError, UpstreamUnavailableError } from './errors.ts';
export { createMcpGateway, type McpGateway } from './gateway.ts';
export { type HardenServerOptions, hardenServer } from './harden-server.ts';
export type { Middleware, Next } from './http/middleware.ts';
export {
  type ComputedHeader,
  type HeaderRules,
  type HeaderValue,
  injectHeaders,
} from './inject-headers.ts';
export type { LegacySseOptions } from './legacy-sse.ts';
export type { Limit, LimitContext, LimitKey, LimitMatch } from './limits/limit.ts';
export type { Era, McpMessage } from './mcp/message.ts';
export type { McpMethod } from './mcp/methods.ts';
export { type McpProxyOptions, mcpProxy } from './mcp-proxy.ts';
export type { DenyAs } from './middleware/enforce-policies.ts';
export { type IpFilterOptions, ipFilter } from './middleware/ip-filter.ts';
export { type McpCorsOptions, mcpCors } from './middleware/mcp-cors.ts';
export {
  type ProtectedResourceMetadataOptions,
  protectedResourceMetadata,
} from './middleware/protected-resource-metadata.ts';
export type { StreamOptions } from './middleware/stream-cap.ts';
export { type AccessLogger, accessLog } from './observability/access-log.ts';
export type {
  EndReason,
  ObservedMessage,
  Observer,
  RequestRecord,
  SlotDecision,
} from './observability/observer.ts';
export type { Duration } from './options/duration.ts';
export { type ConfigProblem, GatewayConfigError } from './options/gateway-config-error.ts';
export type { Size } from './options/size.ts';
export {
  type ClientCredentialsHeader,
  type ClientCredentialsOptions,
  clientCredentials,
} from './outbound/client-credentials.ts';
export {
  type TokenExchangeHeader,
  type TokenExchangeOptions,
  tokenExchange,
} from './outbound/token-exchange.ts';
export type { TokenOptions } from './outbound/token-options.ts';
export type {
  Decision,
  Policy,
  PolicyCheck,
  PolicyContext,
  PolicyRule,
} from './policies/policy.ts';
export { requireScopes } from './policies/require-scopes.ts';
export { allowTools, denyTools } from './policies/tools.ts';
export { policy } from './policy.ts';
export type { UpstreamHandler } from './relay/in-process-agent.ts';
export type { EngineName, RelayOptions } from './relay/relay-options.ts';
export type { TimeoutOptions } from './relay/timeouts.ts';
export {
  type ApiKey,
  type ApiKeyOptions,
  type AuthMiddleware,
  apiKey,
  type FromMiddlewareOptions,
  fromMiddleware,
  type JwtOptions,
  jwt,
  type RequireAuthOptions,
  requireAuth,
} from './require-auth.ts';
export type { SessionOptions } from './sessions/read-sessions.ts';
export type { SessionStore } from './sessions/session-store.ts';
export { throttle } from './throttle.ts';

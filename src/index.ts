export type { GatewayConfig, GatewayMetadataOptions, GatewayTimeoutOptions } from './config.ts';
export type { ErrorListener } from './context.ts';
export { type CreateServerOptions, createServer } from './create-server.ts';
export type { UpstreamHandler } from './engine/in-process.ts';
export { type ErrorReason, GatewayError, UpstreamUnavailableError } from './errors.ts';
export type { DescribedRequest } from './explain/described-request.ts';
export type { ExplainedSlot, Explanation } from './explain/explanation.ts';
export {
  type ApiKey,
  type ApiKeyOptions,
  type AuthMiddleware,
  apiKey,
  type ClaimedIdentity,
  type ClaimsFunction,
  type FromMiddlewareOptions,
  fromMiddleware,
  type IntrospectionOptions,
  introspection,
  type JwtKeysOptions,
  type JwtOptions,
  jwt,
  type RequireAuthOptions,
  requireAuth,
  type TenantIssuerOptions,
  type TokenAudience,
  type TokenClaims,
} from './exports/auth.ts';
export { type BodyLimitOptions, bodyLimit } from './exports/body-limit.ts';
export { type McpCorsOptions, mcpCors } from './exports/cors.ts';
export {
  type ComputedHeader,
  type HeaderRules,
  type HeaderValue,
  injectHeaders,
} from './exports/headers.ts';
export { type IpFilterOptions, ipFilter } from './exports/ip-filter.ts';
export {
  type ProtectedResourceMetadataOptions,
  protectedResourceMetadata,
} from './exports/metadata.ts';
export { policy } from './exports/policy.ts';
export { type McpProxyOptions, mcpProxy } from './exports/proxy.ts';
export { throttle } from './exports/throttle.ts';
export { createMcpGateway, type McpGateway, type UpdateOptions } from './gateway.ts';
export type { GatewayContext } from './gateway-context.ts';
export { type HardenServerOptions, hardenServer } from './harden-server.ts';
export type { Middleware, Next } from './http/middleware.ts';
export type { LegacySseOptions } from './legacy-sse/options.ts';
export type { McpMethod } from './mcp/http-methods.ts';
export type { Era, McpMessage } from './mcp/message/message.ts';
export { type McpRequest, mcpOf } from './mcp-of.ts';
export type { Duration } from './options/duration.ts';
export {
  type ConfigProblem,
  type ConfigProblemCode,
  GatewayConfigError,
} from './options/gateway-config-error.ts';
export type { Size } from './options/size.ts';
export type { Principal } from './principal.ts';
export { principalOf } from './principal-of.ts';
export type { NetworkOptions } from './relay/network/options.ts';
export type { ProxyOption } from './relay/network/proxy.ts';
export type { Pem, TlsOptions } from './relay/network/tls.ts';
export type { EngineName, RelayOptions } from './relay/options.ts';
export type { TimeoutOptions } from './relay/timeouts.ts';
export type { SlotName } from './slot-name.ts';
export type {
  AuthenticateFunction,
  AuthenticationScheme,
  Authenticator,
  Identification,
} from './slots/auth/authenticator.ts';
export type { KeyStats } from './slots/auth/jwt/key-stats.ts';
export { type UpstreamAuth, upstreamAuth } from './slots/auth/upstream-auth.ts';
export type { BalanceKey } from './slots/balance/options.ts';
export type {
  BreakerStats,
  ConnectionStats,
  TargetStats,
  TargetStatus,
} from './slots/balance/target-stats.ts';
export type { MessageMatch } from './slots/message-match.ts';
export { type AccessLogger, accessLog } from './slots/observe/access-log.ts';
export type { AccessLogOptions } from './slots/observe/access-log-options.ts';
export type {
  EndReason,
  FailureOrigin,
  GatewayUpdate,
  ObservedClient,
  ObservedMessage,
  ObservedUser,
  Observer,
  RequestRecord,
  SlotDecision,
} from './slots/observe/observer.ts';
export type { DenyAs } from './slots/policies/deny-as.ts';
export type {
  Decision,
  Policy,
  PolicyCheck,
  PolicyContext,
  PolicyRule,
  RequestPolicyCheck,
  RequestPolicyContext,
  RequestPolicyRule,
} from './slots/policies/policy.ts';
export { requireScopes } from './slots/policies/require-scopes.ts';
export type { ToolDifference, ToolPin, ToolState } from './slots/policies/tool-pin.ts';
export { allowTools, denyTools } from './slots/policies/tools.ts';
export type {
  Limit,
  LimitContext,
  LimitKey,
  LimitMatch,
  LimitTerms,
  TokenBucket,
  WindowLimit,
} from './slots/rate-limit/limit.ts';
export type { LimitStats } from './slots/rate-limit/rate-limit.ts';
export type { SessionOptions } from './slots/sessions/options.ts';
export type { SessionStore } from './slots/sessions/session-store.ts';
export type { SessionStats } from './slots/sessions/sessions.ts';
export type { StreamOptions } from './slots/streams/streams.ts';
export type { CallTimeout } from './slots/timeout/options.ts';
export type { GatewayStats } from './stats.ts';
export type { StreamsOfUser } from './stream-stats.ts';
export type { BreakerOptions } from './targets/breaker-options.ts';
export type { QueryOptions } from './targets/forwarded-query.ts';
export type { HealthOptions } from './targets/health-options.ts';
export type { TargetFailure } from './targets/site.ts';
export type { TargetChange, TargetStateName } from './targets/target-state.ts';
export {
  type ClientCredentialsHeader,
  type ClientCredentialsOptions,
  clientCredentials,
} from './upstream-tokens/client-credentials.ts';
export {
  type TokenExchangeHeader,
  type TokenExchangeOptions,
  tokenExchange,
} from './upstream-tokens/token-exchange.ts';
export type { TokenOptions } from './upstream-tokens/token-options.ts';

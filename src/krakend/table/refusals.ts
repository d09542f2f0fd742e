import type { Field } from '../fields/field.ts';
import { refused } from '../fields/without-effect.ts';

const MESSAGES = 'messages are relayed as they are';
const BACKEND = 'take an MCP server at an HTTP URL as the backend';

/** Namespaces without a counterpart at a service, an endpoint or a backend. */
export const GRPC: Field<never> = refused(`there is no gRPC here; ${BACKEND}`);
export const WEBSOCKET: Field<never> = refused('MCP has no WebSockets; take this endpoint out');
export const LUA: Field<never> = refused(
  'there is no Lua here; write what it does as a function for headers.set, policies or use',
);
export const PLUGIN: Field<never> = refused(
  'plugins of Go do not run here; write what it does as a middleware for the option use',
);
export const BODY_EDITS: Field<never> = refused(
  `bodies are not changed here, ${MESSAGES}; take this out`,
);
export const BODY_EXTRACTOR: Field<never> = refused(
  'headers are not made of bodies here; headers.set takes a function, and policies see the message as mcp',
);
export const QUOTA: Field<never> = refused(
  'there are no quotas here; write a rateLimit with a window and a store, or qos/ratelimit/router',
);
export const RESPONSE_SCHEMA: Field<never> = refused(
  `answers are not checked here, ${MESSAGES}; take this out`,
);
export const OTHER_BACKEND: Field<never> = refused(`this is no HTTP backend; ${BACKEND}`);
export const SIGNER: Field<never> = refused(
  'answers are not signed here: KrakenD answers 401 or 400 with no-op',
);
export const CLOUD_CREDENTIALS: Field<never> = refused(
  'this login to the backend is not built in; write headers.set with a function that signs or fetches it',
);

/*
 * Modules of Node, as `require` gives them. An `import` of a value reads all that a module exports: of
 * `node:http` a `WebSocket`, for which a second client for HTTP is loaded. To load that client, and TLS where
 * it is not used, takes a third as long as to load Express.
 */

/** Express has loaded this module already. */
export const nodeHttp: typeof import('node:http') = process.getBuiltinModule('node:http');

export function nodeHttps(): typeof import('node:https') {
  return process.getBuiltinModule('node:https');
}

export function nodeTls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls');
}

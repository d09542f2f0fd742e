/*
 * Modules of Node, as `require` gives them. To `import` values of them takes 20 ms of CPU time more where Express
 * takes 60: each import is loaded before Express is, and one of `node:http` reads all that it exports, `WebSocket`
 * included, for which a second client for HTTP is loaded.
 */

export const nodeHttp: typeof import('node:http') = process.getBuiltinModule('node:http');
export const nodeHttps: typeof import('node:https') = process.getBuiltinModule('node:https');
export const nodeTls: typeof import('node:tls') = process.getBuiltinModule('node:tls');

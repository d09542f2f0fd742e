/**
 * The module `node:http`, as `require` gives it. To `import` a value of it takes half as long as all of Express: it
 * reads everything that the module exports, and of that `WebSocket` loads a second client for HTTP.
 */
export const nodeHttp: typeof import('node:http') = process.getBuiltinModule('node:http');

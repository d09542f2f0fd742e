/**
 * Loaded before an example: the package's name means its source here, and the parent is told the port
 * that the example listens on.
 */
import { Server } from 'node:http';
import { registerHooks } from 'node:module';
import type { AddressInfo } from 'node:net';

const source = new URL('../../src/index.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === 'express-mcp-gateway' ? source : specifier, context),
});

const { emit } = Server.prototype;
Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
  if (event === 'listening') process.send?.((this.address() as AddressInfo).port);
  return Reflect.apply(emit, this, [event, ...args]);
};

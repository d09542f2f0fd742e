/**
 * Loaded before an example: the package's names mean its source here, and the parent is told the port
 * that the example listens on.
 */
import { Server } from 'node:http';
import { registerHooks } from 'node:module';
import type { AddressInfo } from 'node:net';

const sourceOf = (path: string) => new URL(`../../src/${path}.ts`, import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const [, subpath] = /^express-mcp-gateway(?:\/(.+))?$/.exec(specifier) ?? [
      undefined,
      specifier,
    ];
    if (subpath === specifier) return next(specifier, context);
    return next(sourceOf(subpath === undefined ? 'index' : `exports/${subpath}`), context);
  },
});

const { emit } = Server.prototype;
Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
  if (event === 'listening') process.send?.((this.address() as AddressInfo).port);
  return Reflect.apply(emit, this, [event, ...args]);
};

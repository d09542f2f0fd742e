/**
 * Loaded before an example. It resolves the names of the package to its source, and tells the parent
 * process the port on which the example listens.
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

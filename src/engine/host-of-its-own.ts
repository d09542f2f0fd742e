import type { Engine } from './engine.ts';

/** The same engine, whose upstream sees `host` in `Host` where a request says nothing else. */
export function hostOfItsOwn(engine: Engine, host: string | undefined): Engine {
  if (host === undefined) return engine;
  return (request, listener) => {
    return engine(request.host === undefined ? { ...request, host } : request, listener);
  };
}

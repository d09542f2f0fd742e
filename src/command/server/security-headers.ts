import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Headers for browsers, on every answer: those of helmet, for a server without pages. Headers that a
 * configuration sets itself replace them. `Strict-Transport-Security` is not among them: it binds a whole
 * domain, so that only the owner of the domain can decide on it.
 */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: false,
  });
}

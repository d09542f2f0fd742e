import { readFileSync } from 'node:fs';

const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** The packages on which this package depends, including optional ones. */
const PACKAGES = Object.keys({ ...dependencies, ...peerDependencies });

/**
 * The dependencies that each import path loads. A package that is added to a row is loaded by every app that
 * imports this path, and the app waits for it. Packages that a gateway needs only when it is made or used are
 * loaded then: http-proxy-middleware with the first engine, express-rate-limit with the first limit that has a
 * store, jose with the first token of a client, and oauth4webapi with the first token that the gateway fetches.
 */
export const LOADED: Readonly<Record<string, readonly string[]>> = {
  '.': ['bytes', 'cors', 'express', 'fastest-levenshtein', 'ms', 'vary'],
  auth: ['fastest-levenshtein', 'ms'],
  'body-limit': ['bytes', 'fastest-levenshtein'],
  cel: ['@bufbuild/cel', '@bufbuild/protobuf', '@bufbuild/re2', 'fastest-levenshtein', 'ms'],
  cors: ['cors', 'fastest-levenshtein', 'ms', 'vary'],
  headers: ['fastest-levenshtein'],
  'ip-filter': ['fastest-levenshtein'],
  krakend: [
    '@bufbuild/cel',
    '@bufbuild/protobuf',
    '@bufbuild/re2',
    'bytes',
    'cors',
    'express',
    'fastest-levenshtein',
    'ms',
    'vary',
  ],
  metadata: ['fastest-levenshtein'],
  otel: ['@opentelemetry/api', 'fastest-levenshtein'],
  pinning: ['canonicalize', 'fastest-levenshtein', 'ms'],
  policy: ['bytes', 'fastest-levenshtein', 'ms'],
  // It imports only types of the observed code; `prom-client` itself loads the API of OpenTelemetry.
  prometheus: ['@opentelemetry/api', 'fastest-levenshtein', 'prom-client'],
  proxy: ['fastest-levenshtein', 'ms', 'vary'],
  rest: ['ajv', 'ajv-formats', 'bytes', 'fastest-levenshtein', 'ms'],
  schema: ['ajv', 'ajv-formats', 'fastest-levenshtein'],
  throttle: ['bytes', 'fastest-levenshtein', 'ms'],
};

/** Which of the packages are among `modules`. */
export function packagesIn(modules: readonly string[]): Set<string> {
  return new Set(
    PACKAGES.filter((name) => modules.some((path) => path.startsWith(`node_modules/${name}/`))),
  );
}

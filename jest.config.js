const project = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

/** Everything. */
const network = {
  ...project,
  displayName: 'network',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // The peers have an installation of their own: `npm run peers`.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/peers/'],
};

/** What is about the relay once more: `test/support/endpoint.ts` starts no upstream on a port then. */
const inProcess = {
  ...project,
  displayName: 'in-process',
  globals: { upstreams: 'in-process' },
  testMatch: [
    '<rootDir>/test/relay/*.test.ts',
    '<rootDir>/test/middleware/headers.test.ts',
    '<rootDir>/test/{client-gone,close,cut,eras}.test.ts',
  ],
  testPathIgnorePatterns: [
    // Nobody listens, no name is resolved, no connection is refused or takes too long.
    '/connect-faults.test.ts$',
    '/names.test.ts$',
    '/silent-names.test.ts$',
    // Each request has a connection of its own, and none goes stale.
    '/kept-alive.test.ts$',
    // Nothing is encrypted.
    '/tls.test.ts$',
  ],
};

/** @type {import('jest').Config} */
export default {
  projects: [network, inProcess],
  testTimeout: 20_000,
  collectCoverageFrom: ['src/**/*.ts'],
  coverageProvider: 'v8',
};

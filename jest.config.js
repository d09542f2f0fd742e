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

/** Below `test`: what opens no socket and starts no process. */
const UNIT = [
  'api/{examples,report}.test.ts',
  'bench/{compare,page,statistics}.test.ts',
  '{architecture,bounds,comments}.test.ts',
  'documents/*.test.ts',
  'cel/{budget,conformance,expressions,properties,refused,warnings}.test.ts',
  'command/{arguments,lasting-gateways,print,printed-functions}.test.ts',
  'auth/{gateway-config,introspection-memory,introspection-options,jwt-issuer-options,jwt-options}.test.ts',
  'auth/{tenant-keys,tenant-url,token-memory}.test.ts',
  'event-{boundary,counter}.test.ts',
  'kubernetes.test.ts',
  'krakend/{keys,mapping,page,properties,refused}.test.ts',
  'grafana/promql.test.ts',
  'limits/{address-key,config}.test.ts',
  'memory/{held-bytes,undici-body}.test.ts',
  'messages/*.test.ts',
  'operations/*.test.ts',
  'outbound/config.test.ts',
  'package.test.ts',
  'policies/{config,filter-lists-properties}.test.ts',
  'relay/names.test.ts',
  'rest/schema/*.test.ts',
  'scale-out/compose.test.ts',
  'soak/endurance/verdict/*.test.ts',
  'structure.test.ts',
  'targets/{breaker-properties,breaker-states,choice,names,options,query-options,retry-after}.test.ts',
  'test-structure.test.ts',
  'types/complete.test.ts',
];

/** Of what takes long: other programs, documents, and properties, for which one version of Node is enough. */
const SLOW_ONCE = [
  'auth/redis-sessions.test.ts',
  'command/{files,open-api,watch}.test.ts',
  'demo.test.ts',
  'grafana/schema.test.ts',
  'krakend/beside.test.ts',
  'krakend/printed.test.ts',
  'limits/{example,redis,redis-slow}.test.ts',
  'memory/small-pieces.test.ts',
  'policies/properties.test.ts',
  'prometheus/bounded.test.ts',
  'rest/schema/{clients,documents,meaning}.test.ts',
  'scale-out/scale-out.test.ts',
  'targets/redis-processes.test.ts',
  'update/{any-to-any,example,heap,under-way}.test.ts',
];

/** What takes about five seconds or more: long bodies, crowds, Redis, other processes, real time. */
const SLOW = [
  ...SLOW_ONCE,
  'auth/{from-middleware-example,jwt-process}.test.ts',
  'forgotten-awaits.test.ts',
  'limits/{local-store,process,streams-aborted}.test.ts',
  'loads.test.ts',
  'memory/gathered-pieces.test.ts',
  'messages/{limits,properties,turns}.test.ts',
  'middleware/body-limit.test.ts',
  'observe/{hostile-texts,isolation,secrets-in-outputs}.test.ts',
  'otel/{instrumented,metrics}.test.ts',
  'outbound/secrets-in-outputs.test.ts',
  'pinning/{overnight,properties}.test.ts',
  'policies/{filter-lists-long,process}.test.ts',
  'relay/{duplex,early-answers,idle-streams,long-bytes,silence-by-default}.test.ts',
  'sigterm.test.ts',
];

const below = (patterns) => patterns.map((pattern) => `<rootDir>/test/${pattern}`);

/** The same patterns as what Jest ignores: regular expressions. */
const ignoring = (patterns) =>
  below(patterns).map(
    (pattern) =>
      `${pattern
        .replaceAll('.', '\\.')
        .replaceAll('*', '[^/]*')
        .replace(/\{(.*)\}/, (_, names) => `(${names.replaceAll(',', '|')})`)}$`,
  );

const unit = {
  ...project,
  displayName: 'unit',
  testMatch: below(UNIT),
  testPathIgnorePatterns: ignoring(SLOW),
};

const slow = {
  ...project,
  displayName: 'slow',
  testMatch: below(SLOW),
  testPathIgnorePatterns: ignoring(SLOW_ONCE),
};

const slowOnce = { ...project, displayName: 'slow-once', testMatch: below(SLOW_ONCE) };

/** All others. */
const network = {
  ...project,
  displayName: 'network',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    // The peers have an installation of their own: `npm run peers`.
    '<rootDir>/test/peers/',
    ...ignoring(UNIT),
    ...ignoring(SLOW),
  ],
};

/** What is about the relay once more: `test/support/endpoint.ts` starts no upstream on a port then. */
const again = { ...project, globals: { upstreams: 'in-process' } };

const inProcess = {
  ...again,
  displayName: 'in-process',
  testMatch: below([
    'relay/*.test.ts',
    'middleware/headers.test.ts',
    '{client-gone,close,cut,eras}.test.ts',
  ]),
  testPathIgnorePatterns: [
    // Nobody listens, no name is resolved, no connection is refused or takes too long.
    '/body-after-connection.test.ts$',
    '/connect-faults.test.ts$',
    '/names.test.ts$',
    '/silent-names.test.ts$',
    // Each request has a connection of its own, and none goes stale.
    '/kept-alive.test.ts$',
    // Nothing is encrypted.
    '/tls.test.ts$',
    // No engine that it could name is used.
    '/undici.test.ts$',
    ...ignoring(SLOW),
  ],
};

const inProcessSlow = {
  ...again,
  displayName: 'in-process-slow',
  testMatch: below(SLOW.filter((pattern) => pattern.startsWith('relay/'))),
};

/**
 * And once more with `otel()` in each gateway, which looks into bodies before they are sent, and changes
 * headers: whatever becomes of a request stays the same, and no span stays open.
 */
const observed = {
  ...project,
  displayName: 'observed',
  testMatch: below([
    'relay/{body-*,bytes,call-timeouts,client-leaves,concurrency,duplex,early-answers,empty-body,event-streams,kept-alive,no-retry,pipelining,timeouts}.test.ts',
    '{close,cut}.test.ts',
  ]),
  moduleNameMapper: {
    '^(\\.\\./)+src/index\\.ts$': '<rootDir>/test/support/otel/traced-index.ts',
  },
  setupFilesAfterEnv: ['<rootDir>/test/support/otel/none-open.ts'],
};

/** What is about the engine: how requests go upstream, and answers and streams come back. */
const ENGINE = [
  'relay/*.test.ts',
  'network/*.test.ts',
  'security/*.test.ts',
  'middleware/headers.test.ts',
  '{client-gone,close,cut,eras}.test.ts',
];

/** What names its engines, for which the project makes no difference. */
const NAMING_ENGINES = [
  'network/{both-engines,cut-answers,connections-hold-nothing,requests-of-both-engines,silent-connections,told-addresses,undici-framing,undici-package}.test.ts',
  'relay/undici.test.ts',
];

/**
 * And once more with `engine: 'undici'` wherever a gateway is given no engine: here by its other index, in
 * forked processes by `test/support/with-undici.ts`.
 */
const withUndici = {
  ...project,
  globals: { engine: 'undici' },
  moduleNameMapper: {
    '^(\\.\\./)+src/index\\.ts$': '<rootDir>/test/support/undici-index.ts',
  },
};

const undici = {
  ...withUndici,
  displayName: 'undici',
  testMatch: below(ENGINE),
  testPathIgnorePatterns: ignoring([...UNIT, ...NAMING_ENGINES]),
};

/** What stands on the engine: one version of Node is enough. */
const undiciOnce = {
  ...withUndici,
  displayName: 'undici-once',
  testMatch: below([
    'legacy-sse/*.test.ts',
    'limits/streams*.test.ts',
    'memory/gathered-pieces.test.ts',
    'observe/*.test.ts',
    'otel/*.test.ts',
    'outbound/*.test.ts',
    'policies/filter-lists-{ends,flow,streams}.test.ts',
    'targets/*.test.ts',
  ]),
  testPathIgnorePatterns: ignoring([...UNIT, ...SLOW_ONCE]),
};

/** @type {import('jest').Config} */
export default {
  projects: [unit, network, inProcess, slow, slowOnce, inProcessSlow, observed, undici, undiciOnce],
  testTimeout: 20_000,
  // By default one core of two would stay idle.
  maxWorkers: '100%',
  // Modules of a test file outlive it. In a heap of gigabytes, collecting garbage takes longer than a test.
  workerIdleMemoryLimit: '700MB',
  collectCoverageFrom: ['src/**/*.ts'],
  coverageProvider: 'v8',
};

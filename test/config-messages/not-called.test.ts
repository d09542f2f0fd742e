import { describe, expect, test } from '@jest/globals';
import { cel } from '../../src/exports/cel.ts';
import { otel } from '../../src/exports/otel.ts';
import { toolPinning } from '../../src/exports/pinning.ts';
import { prometheus } from '../../src/exports/prometheus.ts';
import { restTools } from '../../src/exports/rest.ts';
import { matchesSchema } from '../../src/exports/schema.ts';
import * as root from '../../src/index.ts';
import { problemsOf } from '../support/config-error.ts';

const target = 'http://127.0.0.1:1/mcp';

/** Where somebody may put a function of the package without calling it. */
const PLACES: readonly [option: string, path: string, config: (given: unknown) => object][] = [
  ['auth', 'auth', (auth) => ({ auth })],
  ['a list of auth', 'auth[1]', (given) => ({ auth: [() => null, given] })],
  ['policies', 'policies', (policies) => ({ policies })],
  ['a list of policies', 'policies[0]', (given) => ({ policies: [given] })],
  ['observe', 'observe', (observe) => ({ observe })],
  ['use', 'use', (use) => ({ use })],
  ['target', 'target', (given) => ({ target: given })],
  ['headers.set', 'headers.set.X-A', (given) => ({ headers: { set: { 'X-A': given } } })],
  ['onError', 'onError', (onError) => ({ onError })],
];

/** What is no factory: it takes a request, or makes something that no option takes. */
const OTHERS = ['GatewayConfigError', 'GatewayError', 'UpstreamUnavailableError'];
const HELPERS = ['createServer', 'hardenServer', 'mcpOf', 'principalOf'];

const factories = Object.entries({
  ...root,
  cel,
  matchesSchema,
  otel,
  prometheus,
  restTools,
  toolPinning,
}).filter(([name]) => !OTHERS.includes(name) && !HELPERS.includes(name));

describe.each(PLACES)('in %s', (_option, path, config) => {
  test.each(factories)('%s has to be called', (name, factory) => {
    const create = () => root.createMcpGateway({ target, ...config(factory) } as never);
    expect(problemsOf(create)).toEqual([
      expect.objectContaining({
        path,
        code: 'not_called',
        message: `given the function ${name} itself; expected what it returns: call it, as ${name}(…)`,
      }),
    ]);
  });
});

test.each([
  ['requireAuth', () => root.requireAuth(root.jwt as never), 'authenticator'],
  ['policy', () => root.policy(root.allowTools as never), '[0]'],
  ['mcpProxy', () => root.mcpProxy({ target: root.createMcpGateway as never }), 'target'],
])('%s says so as well', (_name, create, path) => {
  expect(problemsOf(create)).toEqual([expect.objectContaining({ path, code: 'not_called' })]);
});

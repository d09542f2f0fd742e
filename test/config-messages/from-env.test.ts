import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { forkModule } from '../support/fork-module.ts';
import { startExample } from '../support/start-example.ts';

test('an app that takes its configuration from the environment tells each mistake, and ends', async () => {
  const example = new URL('../../examples/from-env.ts', import.meta.url);
  const preload = new URL('../support/example-preload.ts', import.meta.url);
  const child = forkModule(example, [], {
    silent: true,
    env: { ...process.env, TARGET: 'localhost:3000', RATE_LIMIT: 'many', PORT: '0' },
    execArgv: [`--import=${preload}`],
  });
  const told = child.stderr === null ? '' : await text(child.stderr);
  expect(told).toMatch(/^target: .*the scheme is missing \(see .*#invalid_value\)$/m);
  expect(told).toMatch(/^rateLimit\.limit: given NaN; /m);
});

test('it listens where all is well', async () => {
  const { port } = await startExample('from-env.ts', {
    TARGET: 'http://127.0.0.1:1/mcp',
    RATE_LIMIT: '60',
  });
  const answer = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'PUT' });
  expect(answer.status).toBe(405);
});

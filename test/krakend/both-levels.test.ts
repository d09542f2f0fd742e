import { expect, test } from '@jest/globals';
import { base, EXTRA, SERVICE, withValue } from './support/base.ts';
import { outcomeOf, said } from './support/outcome.ts';
import { runningWith } from './support/running.ts';

test('bots of the service are refused where an endpoint has a list of its own', async () => {
  const { ask, upstream } = await runningWith([
    [[...SERVICE, 'security/bot-detector'], { deny: ['everywhere'] }],
    [[...EXTRA, 'security/bot-detector'], { deny: ['here'], allow: ['everywhere'] }],
  ]);
  const statuses = [];
  for (const agent of ['everywhere', 'here', 'client']) {
    statuses.push((await ask({ headers: { 'user-agent': agent } })).status);
  }
  expect(statuses).toEqual([403, 403, 200]);
  expect(upstream.seen).toHaveLength(1);
});

test.each([
  ['security/http', { allowed_hosts: ['a.example:80'] }, { frame_deny: true }],
  [
    'security/cors',
    { allow_origins: ['https://a.example'] },
    { allow_origins: ['https://b.example'] },
  ],
])('%s of an endpoint says that nothing of the service holds', (name, ofService, ofEndpoint) => {
  const service = withValue(base(), [...SERVICE, name], ofService);
  const both = withValue(service, [...EXTRA, name], ofEndpoint);
  const path = `endpoints[0].extra_config["${name}"]`;
  expect(said(outcomeOf(both).warnings, path)).toMatch(/nothing holds here/);
  const alone = withValue(base(), [...EXTRA, name], ofEndpoint);
  expect(said(outcomeOf(alone).warnings, path)).toBe('');
});

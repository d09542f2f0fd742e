import { expect, test } from '@jest/globals';
import { send } from '../support/client/send.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { startRig, verdictOf } from './support/both.ts';

const PING = {
  headers: { Host: 'gateway.example' },
  message: { jsonrpc: '2.0', id: 1, method: 'ping' },
};
const SENT = {
  method: 'POST',
  path: '/mcp',
  headers: { ...PING.headers, 'Content-Type': 'application/json' },
  body: Buffer.from(JSON.stringify(PING.message)),
};

test('an explanation goes by the running configuration, and by counts from before an update', async () => {
  const before = await recordingUpstream();
  const after = await recordingUpstream();
  const rateLimit = { name: 'calls', limit: 1, window: '1h' } as const;
  const rig = await startRig({ target: before.target, rateLimit });
  const { gateway } = rig;
  expect(await gateway.explain(PING)).toMatchObject({ target: new URL(before.target).host });

  gateway.update({ target: after.target, rateLimit, policies: () => false });
  expect(verdictOf(await gateway.explain(PING))).toMatchObject({
    slot: 'policies',
    reason: 'policy_denied',
  });

  gateway.update({ target: after.target, rateLimit });
  expect(await gateway.explain(PING)).toMatchObject({
    reason: 'relayed',
    target: new URL(after.target).host,
  });
  expect((await send(rig.port, SENT)).status).toBe(200);

  gateway.update({ target: before.target, rateLimit });
  expect(verdictOf(await gateway.explain(PING))).toMatchObject({
    slot: 'rateLimit',
    reason: 'rate_limited',
    status: 429,
  });
  expect({ before: before.seen.length, after: after.seen.length }).toEqual({ before: 0, after: 1 });
});

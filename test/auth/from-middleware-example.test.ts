import { expect, test } from '@jest/globals';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startExample } from '../support/start-example.ts';
import { recordingUpstream } from '../support/upstream.ts';

const HOOKS = new URL('./support/example-target.ts', import.meta.url);

test('examples/existing-auth.ts is what works', async () => {
  const upstream = await recordingUpstream();
  const { port } = await startExample('existing-auth.ts', {
    NODE_OPTIONS: `--import=${HOOKS}`,
    TARGET: String(upstream.target),
    USER_TOKEN: 'token-of-ada',
  });
  const ask = (path: string, token?: string) =>
    send(port, { path, headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });

  // With passport.
  expect((await ask('/mcp', 'token-of-ada')).status).toBe(200);
  const refused = [await ask('/mcp', 'token-of-eve'), await ask('/mcp'), await ask('/internal')];
  expect(refused.map((answer) => [answer.status, reasonOf(answer)])).toEqual(
    Array(3).fill([401, 'unauthorized']),
  );
  // With the SDK, whose verifier takes any token here.
  expect((await ask('/internal', 'any')).status).toBe(200);
  expect(upstream.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
});

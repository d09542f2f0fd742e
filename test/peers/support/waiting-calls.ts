import type { PeerCalls } from './clients.ts';

type Caller = Pick<PeerCalls, 'callTool'>;

/** A call that ends only because its first step is told before it does. */
export function callUntilTold(client: Caller): Promise<object> {
  return client.callTool(
    { name: 'wait' },
    {
      onprogress({ progress }) {
        if (progress === 1) client.callTool({ name: 'go' }).catch(() => {});
      },
    },
  );
}

/** All are in a call at the same time, until `opener`, one of them, lets all go on. */
export async function callTogether(
  clients: readonly Caller[],
  opener: Caller,
): Promise<readonly object[]> {
  const told = new Set<number>();
  const waiting = Promise.withResolvers<void>();
  const calls = clients.map((client, i) =>
    client.callTool(
      { name: 'wait' },
      {
        onprogress() {
          told.add(i);
          if (told.size === clients.length) waiting.resolve();
        },
      },
    ),
  );
  await waiting.promise;
  await opener.callTool({ name: 'go' });
  return Promise.all(calls);
}

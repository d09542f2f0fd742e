import { setTimeout } from 'node:timers/promises';
import type { Express } from 'express';
import {
  createMcpGateway,
  type Observer,
  type RequestRecord,
  type TargetStatus,
} from '../../src/index.ts';
import { Instance } from './instance.ts';
import type { Journal } from './journal.ts';
import { findKeys, runScaledAgents, whereIs } from './scaled-agent.ts';

/** Two instances of one server, of which one is killed and comes back. */
export async function runScaled(
  app: Express,
  url: URL,
  journal: Journal,
  observe: readonly Observer[],
): Promise<{ records: RequestRecord[]; told: string; stop: () => Promise<void> }> {
  const [a, b] = [new Instance('A'), new Instance('B')];
  await Promise.all([a.start(), b.start()]);
  const told: string[] = [];
  const gateway = createMcpGateway({
    path: url.pathname,
    target: [a.url, b.url],
    // Less than the defaults of 5 failures and 30 s, so that the demo is short.
    breaker: { failures: 3, openFor: '3s' },
    balance: ({ headers }) => String(headers['x-key']),
    observe: [
      ...observe,
      {
        onTarget: ({ target, previous, state, reason }) => {
          told.push(`  ${nameOf(target)}: ${previous} → ${state} (${reason})`);
        },
      },
    ],
  });
  app.use(gateway);

  const nameOf = (target: string) => (a.url.includes(target) ? a.name : b.name);
  const tell = (when: string) => told.push(`  ${when}: ${gateway.targets().map(row).join('; ')}`);
  const row = ({ url: target, state, open, streams }: TargetStatus) =>
    `${nameOf(new URL(target).host)} ${state}, ${open} requests open (${streams} streams)`;

  const keys = await findKeys(url, [a, b]);
  await journal.take();

  await runScaledAgents(url, keys, [a, b], async () => {
    tell('before A is killed');
    await a.kill();
    while (gateway.targets()[0]?.open !== 0) await setTimeout(10);
  });
  tell('A is gone');
  const records = await journal.take();

  await a.start();
  while ((await whereIs(url, keys[0])) !== a.name) await setTimeout(100);
  tell('A is back');
  await journal.take();
  const stop = async () => void (await Promise.all([a.kill(), b.kill()]));
  return { records, told: told.join('\n'), stop };
}

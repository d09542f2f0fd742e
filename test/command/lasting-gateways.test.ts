import { expect, test } from '@jest/globals';
import { LastingGateways } from '../../src/command/server/lasting-gateways.ts';
import type { McpGateway } from '../../src/index.ts';

const target = 'http://127.0.0.1:1/mcp';

test('where one gateway of a file cannot be made, all others go on with the options that they had', async () => {
  const gateways = new LastingGateways();
  const [[one, two]] = await gateways.replace(async (create) => [
    create({ target }, '/one'),
    create({ target, path: '/two' }, '/two'),
  ]);
  const configs = () => [one, two].map((gateway) => gateway?.stats().config);
  const before = configs();
  const added: McpGateway[] = [];
  const failing = gateways.replace(async (create) => {
    create({ target, heartbeat: '20s' }, '/one');
    added.push(create({ target }, '/three'));
    create({ target: 'no URL' }, '/two');
  });
  await expect(failing).rejects.toThrow('target: ');
  expect(configs()).toEqual(before);
  expect(added.map((gateway) => gateway.stats().draining)).toEqual([true]);

  const updates: string[] = [];
  const failed = gateways.replace(async (create) => {
    const observe = { onUpdate: (_update: object, name: string) => void updates.push(name) };
    create({ target, observe, name: 'in between' }, '/one');
    throw new Error('mount');
  });
  await expect(failed).rejects.toThrow('mount');
  // Not for a moment: what it counts would have been forgotten.
  expect([updates, configs()]).toEqual([[], before]);

  const [, gone] = await gateways.replace(async (create) =>
    create({ target, name: 'new' }, '/one'),
  );
  expect(one?.stats()).toMatchObject({ gateway: 'new', draining: false });
  expect(gone).toEqual([two]);
});

import { expect, test } from '@jest/globals';
import { LastingGateways } from '../../src/command/server/lasting-gateways.ts';
import type { McpGateway } from '../../src/index.ts';

const target = 'http://127.0.0.1:1/mcp';

test('where one gateway of a file cannot be made, all others have the options that they had', async () => {
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

  const [, gone] = await gateways.replace(async (create) =>
    create({ target, name: 'new' }, '/one'),
  );
  expect(one?.stats()).toMatchObject({ gateway: 'new', draining: false });
  expect(gone).toEqual([two]);
});

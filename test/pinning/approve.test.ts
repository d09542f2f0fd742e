import { describe, expect, test } from '@jest/globals';
import { toolPinning } from '../../src/exports/pinning.ts';
import { createMcpGateway } from '../../src/index.ts';
import { tool, toolServer } from '../support/tool-server.ts';
import { pinned } from './support/pinned.ts';

describe('gateway.approve', () => {
  test('a changed tool may be called again, as it was seen', async () => {
    const server = await toolServer(tool('a'));
    const { gateway, list, call, pin, reports } = await pinned(server.target);
    await list();
    const [first] = gateway.pins();
    server.tools = [tool('a', '"title":"other"')];
    await list();
    await gateway.approve('a', pin('a')?.seen);
    expect(pin('a')).toMatchObject({ state: 'pinned', pinned: pin('a')?.seen, diff: [] });
    expect(pin('a')?.pinned).not.toBe(first?.pinned);
    expect(await call('a')).toBe(200);
    // What was approved before is a change now.
    server.tools = [tool('a')];
    await list();
    expect(await call('a')).toBe(403);
    expect(reports.length).toBe(2);
  });

  test('a new tool may be called, one that is gone is forgotten', async () => {
    const server = await toolServer(tool('a'), tool('b'));
    const options = { onNew: 'deny', onGone: 'deny' } as const;
    const { gateway, list, call, states } = await pinned(server.target, options);
    await list();
    server.tools = [tool('b'), tool('c')];
    await list();
    expect([await call('a'), await call('c')]).toEqual([403, 403]);
    await gateway.approve('c');
    await gateway.approve('a');
    expect(states()).toEqual({ b: 'pinned', c: 'pinned' });
    expect(await call('c')).toBe(200);
  });

  test('what is as approved stays so', async () => {
    const server = await toolServer(tool('a'));
    const { gateway, list, pin } = await pinned(server.target);
    await list();
    const before = gateway.pins();
    await gateway.approve('a');
    await gateway.approve('a', pin('a')?.pinned);
    expect(gateway.pins()).toEqual(before);
  });

  test('rejects for a name that is not known, and for a hash that was not seen last', async () => {
    const server = await toolServer(tool('a'));
    const { gateway, list, call, pin } = await pinned(server.target);
    await expect(gateway.approve('a')).rejects.toThrow(RangeError);
    await list();
    const first = pin('a')?.pinned;
    server.tools = [tool('a', '"title":"other"')];
    await list();
    for (const name of ['b', '__proto__', 'constructor', '']) {
      await expect(gateway.approve(name)).rejects.toThrow(RangeError);
    }
    await expect(gateway.approve('a', first)).rejects.toThrow(RangeError);
    await expect(gateway.approve('a', '')).rejects.toThrow(RangeError);
    await expect(gateway.approve(undefined as never)).rejects.toThrow(TypeError);
    await expect(gateway.approve('a', 1 as never)).rejects.toThrow(TypeError);
    expect(await call('a')).toBe(403);
  });

  test('rejects for a tool of which no definition was seen', async () => {
    const server = await toolServer(tool('a'), tool('a', '"title":"other"'));
    const { gateway, list } = await pinned(server.target);
    await list();
    await expect(gateway.approve('a')).rejects.toThrow(RangeError);
  });

  test('without toolPinning there is nothing to approve', async () => {
    const gateway = createMcpGateway({ target: 'http://127.0.0.1:1' });
    expect(gateway.pins()).toEqual([]);
    await expect(gateway.approve('a')).rejects.toThrow(RangeError);
  });
});

describe('toolPinning: what is known is the own of what it gave', () => {
  test('it outlives a gateway, and gateways of different servers are apart', async () => {
    const [one, other] = [await toolServer(tool('a')), await toolServer(tool('a', '"title":"b"'))];
    const pinning = toolPinning();
    const first = await pinned(one.target, {}, { policies: pinning });
    const beside = await pinned(other.target, {}, { policies: pinning });
    await first.list();
    await beside.list();
    expect(first.states()).toEqual({ a: 'pinned' });
    expect(beside.states()).toEqual({ a: 'pinned' });
    expect(first.pin('a')?.seen).not.toBe(beside.pin('a')?.seen);
    expect(pinning.pins().length).toBe(2);
    await first.gateway.close();
    one.tools = [tool('a', '"title":"other"')];
    const later = await pinned(one.target, {}, { policies: pinning });
    await later.list();
    expect(await later.call('a')).toBe(403);
    expect(await beside.call('a')).toBe(200);
    await pinning.approve('a', later.pin('a')?.seen);
    expect(await later.call('a')).toBe(200);
  });

  test('two gateways with pins of their own decide by themselves', async () => {
    const server = await toolServer(tool('a'));
    const [one, other] = [
      await pinned(server.target, { onChanged: 'report' }),
      await pinned(server.target),
    ];
    await one.list();
    await other.list();
    server.tools = [tool('a', '"title":"b"')];
    await one.list();
    expect([one.states(), other.states()]).toEqual([{ a: 'changed' }, { a: 'pinned' }]);
    await other.list();
    expect([await one.call('a'), await other.call('a')]).toEqual([200, 403]);
  });

  test('a copy in shadow mode refuses nothing, and tells of what it would have refused', async () => {
    const server = await toolServer(tool('a'));
    const policies = { ...toolPinning(), mode: 'shadow', name: 'tried out' } as const;
    const { list, call, denials } = await pinned(server.target, {}, { policies });
    await list();
    server.tools = [tool('a', '"title":"b"')];
    await list();
    expect(await call('a')).toBe(200);
    expect(denials).toMatchObject([{ policy: 'tried out', mode: 'shadow' }]);
  });

  test('within another policy, where it could see no list, it refuses', async () => {
    const server = await toolServer(tool('a'));
    const { check } = toolPinning();
    const { call, errors } = await pinned(server.target, {}, { policies: { name: 'x', check } });
    expect(await call('a')).toBe(403);
    expect(String(errors[0]?.cause)).toContain('stands in policies itself');
  });
});

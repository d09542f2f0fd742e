import { describe, expect, test } from '@jest/globals';
import { type AnswerForm, tool, toolServer } from '../support/tool-server.ts';
import { pinned } from './support/pinned.ts';

const HASH = /^v1:sha256:[\da-f]{64}$/;

describe.each<AnswerForm>(['json', 'events'])('toolPinning: lists in %s', (form) => {
  test('what is seen first is approved, and may be called', async () => {
    const server = await toolServer(tool('a'), tool('b'));
    server.form = form;
    const { gateway, list, call, reports } = await pinned(server.target);
    expect(gateway.pins()).toEqual([]);
    // Nothing is known of a tool before the first list.
    expect(await call('a')).toBe(200);
    await list();
    expect(gateway.pins()).toEqual(
      ['a', 'b'].map((name) => ({
        name,
        state: 'pinned',
        pinned: expect.stringMatching(HASH),
        seen: expect.stringMatching(HASH),
        approvedAt: expect.any(Date),
        diff: [],
        list: undefined,
      })),
    );
    expect(await call('a')).toBe(200);
    expect(reports).toEqual([]);
  });

  test('a tool that has changed is refused, the others are not, and the list stays as it is', async () => {
    const server = await toolServer(tool('a'), tool('b'));
    server.form = form;
    const { list, call, pin, reports, denials } = await pinned(server.target);
    const before = await list();
    server.tools = [tool('a', '"description":"does it, and tells others"'), tool('b')];
    const after = await list();
    expect(after.body).toBe(before.body.replace('does it', 'does it, and tells others'));
    expect(await call('a')).toBe(403);
    expect(await call('b')).toBe(200);
    expect(server.called).toEqual(['b']);
    expect(pin('a')).toMatchObject({
      state: 'changed',
      diff: [
        {
          field: 'description',
          path: '',
          before: 'does it',
          after: 'does it, and tells others',
        },
      ],
    });
    expect(pin('a')?.pinned).not.toBe(pin('a')?.seen);
    expect(reports).toEqual(['tool "a" has changed: description']);
    expect(denials).toEqual([
      {
        slot: 'policies',
        outcome: 'deny',
        reason: 'policy_denied',
        policy: 'toolPinning',
        detail: 'the tool has changed: description',
      },
    ]);
  });

  test('one that is as it was again may be called again', async () => {
    const server = await toolServer(tool('a'));
    server.form = form;
    const { list, call, pin } = await pinned(server.target);
    await list();
    server.tools = [tool('a', '"description":"other"')];
    await list();
    server.tools = [tool('a')];
    await list();
    expect(pin('a')?.state).toBe('pinned');
    expect(await call('a')).toBe(200);
  });

  test('a renamed tool is a new one, and the old one is gone', async () => {
    const server = await toolServer(tool('a'), tool('b'));
    server.form = form;
    const { list, call, states, reports } = await pinned(server.target);
    await list();
    server.tools = [tool('a'), tool('c')];
    await list();
    expect(states()).toEqual({ a: 'pinned', b: 'gone', c: 'new' });
    expect(reports).toEqual(['tool "c" is new', 'tool "b" is gone']);
    // By default it is only told.
    expect(await call('b')).toBe(200);
    expect(await call('c')).toBe(200);
  });
});

describe('toolPinning: what becomes of each state', () => {
  test.each([
    ['allow', 200, 0],
    ['report', 200, 1],
    ['deny', 403, 1],
  ] as const)('%s', async (action, status, told) => {
    const server = await toolServer(tool('changes'), tool('goes'));
    const options = { onNew: action, onChanged: action, onGone: action };
    const { list, call, reports } = await pinned(server.target, options);
    await list();
    server.tools = [tool('changes', '"title":"other"'), tool('comes')];
    for (let i = 0; i < 3; i += 1) {
      await list();
      for (const name of ['changes', 'comes', 'goes']) {
        expect([name, await call(name)]).toEqual([name, status]);
      }
    }
    expect(reports.length).toBe(3 * told);
  });

  test('each change is told once, and another one again', async () => {
    const server = await toolServer(tool('a'));
    const { list, reports } = await pinned(server.target);
    for (const title of ['first', 'other', 'other', 'first', 'third', 'other']) {
      server.tools = [tool('a', `"title":"${title}"`)];
      await list();
    }
    expect(reports.length).toBe(2);
  });

  test('a denial is 200 with the error of the call by default, and tells the model what to do', async () => {
    const server = await toolServer(tool('a'));
    const { list, call } = await pinned(server.target, {}, { denyAs: 'jsonrpc' });
    await list();
    server.tools = [tool('a', '"title":"other"')];
    await list();
    expect(await call('a')).toBe(403);
  });
});

import { describe, expect, jest, test } from '@jest/globals';
import { toolPinning } from '../../src/exports/pinning.ts';
import { pathsOf } from '../support/config-error.ts';
import { tool, toolServer } from '../support/tool-server.ts';
import { pinned } from './support/pinned.ts';

describe('toolPinning: hostile lists', () => {
  test('10,000 tools are pinned, and each of them can change', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `t${i}`);
    const server = await toolServer(...names.map((name) => tool(name)));
    const { list, call, gateway, reports } = await pinned(server.target);
    await list();
    expect(gateway.pins().length).toBe(10_000);
    server.tools = names.map((name) => tool(name, '"title":"b"'));
    await list();
    expect([await call('t0'), await call('t9999')]).toEqual([403, 403]);
    // They are not all told one by one.
    expect(reports.length).toBe(101);
    expect(reports.at(-1)).toBe('9900 more tools are not as approved');
  });

  test('names without end do not push out what was approved', async () => {
    const server = await toolServer(tool('a'));
    const { list, call } = await pinned(server.target, { onNew: 'deny' });
    await list();
    for (let round = 0; round < 3; round += 1) {
      const others = Array.from({ length: 10_000 }, (_, i) => tool(`${round}-${i}`));
      server.tools = [...others, tool('a', '"title":"b"'), tool('last')];
      await list();
    }
    expect(await call('a')).toBe(403);
    // What is not remembered is new, not unknown.
    expect([await call('last'), await call('2-9999'), await call('never')]).toEqual([
      403, 403, 403,
    ]);
  });

  test('names without end do not push out what one caller was shown', async () => {
    const server = await toolServer(tool('a'));
    const { list, call } = await pinned(server.target);
    const of = (id: string) => ({ headers: { 'Mcp-Session-Id': id } });
    await list();
    const unclear = Array.from({ length: 20_001 }, (_, i) => tool(`k${i}`, '"x":1,"x":1'));
    server.tools = [tool('a', '"title":"b"'), ...unclear];
    await list(undefined, of('one'));
    server.tools = [tool('a')];
    await list(undefined, of('two'));
    expect([await call('a', of('one')), await call('a', of('two'))]).toEqual([403, 200]);
    await list(undefined, of('one'));
    expect(await call('a', of('one'))).toBe(200);
  });

  test('names without end, behind a list that nobody could read', async () => {
    const server = await toolServer(tool('a'));
    const { list, call } = await pinned(server.target);
    await list();
    server.tools = [tool('a'), '1'];
    await list();
    const names = (letter: string, members: string) =>
      Array.from({ length: 20_001 }, (_, i) => tool(`${letter}${i}`, members));
    server.tools = [...names('j', '"x":1'), tool('a', '"title":"b"'), ...names('k', '"x":1,"x":1')];
    await list();
    // In this session nothing was listed: what anybody was shown last decides.
    expect(await call('a', { headers: { 'Mcp-Session-Id': 's' } })).toBe(403);
  });

  test('descriptions of 64 KB', async () => {
    const text = (end: string) => `"description":"${'é'.repeat(32 * 1024)}${end}"`;
    const server = await toolServer(
      ...Array.from({ length: 40 }, (_, i) => tool(`t${i}`, text('x'))),
    );
    const { list, call, pin } = await pinned(server.target);
    await list();
    server.tools = server.tools.with(7, tool('t7', text('y')));
    await list();
    expect([await call('t6'), await call('t7')]).toEqual([200, 403]);
    expect(pin('t7')?.diff[0]?.after).toMatch(/^….*y$/);
  });

  test('names that mean something in JavaScript, or are hard to see', async () => {
    const names = [
      '__proto__',
      'constructor',
      'hasOwnProperty',
      '',
      ' ',
      'a\nb',
      'é',
      'e\u0301',
      '\u202e',
      '1',
    ];
    const server = await toolServer(...names.map((name) => tool(name)));
    const { list, call, states, reports } = await pinned(server.target);
    await list();
    expect(states()).toEqual(Object.fromEntries(names.map((name) => [name, 'pinned'])));
    server.tools = names.map((name) => tool(name, '"title":"b"'));
    await list();
    for (const name of names) expect([name, await call(name)]).toEqual([name, 403]);
    expect(reports.join('\n')).not.toMatch(/\u202e|\u0301/);
    expect(reports.join('\n').split('\n').length).toBe(names.length);
  });

  test('a name is not cut where it is compared', async () => {
    const long = 'x'.repeat(2_000);
    const server = await toolServer(tool('a'));
    const { list, call, reports } = await pinned(server.target, { onNew: 'deny' });
    await list();
    server.tools = [tool('a'), tool(`${long}a`), tool(`${long}b`)];
    await list();
    expect([await call('a'), await call(`${long}a`), await call(`${long}b`)]).toEqual([
      200, 403, 403,
    ]);
    for (const report of reports) expect(report.length).toBeLessThan(300);
  });

  test('many clients at once, while a tool changes', async () => {
    const server = await toolServer(...Array.from({ length: 50 }, (_, i) => tool(`t${i}`)));
    const { list, call, states } = await pinned(server.target);
    await list();
    server.tools = server.tools.with(3, tool('t3', '"title":"b"'));
    await Promise.all(Array.from({ length: 40 }, () => list()));
    const calls = Array.from({ length: 40 }, (_, i) => call(`t${i % 5}`));
    expect(await Promise.all(calls)).toEqual(
      Array.from({ length: 40 }, (_, i) => (i % 5 === 3 ? 403 : 200)),
    );
    expect(Object.values(states()).filter((state) => state !== 'pinned')).toEqual(['changed']);
  });
});

describe('toolPinning: where nobody hears of decisions', () => {
  test.each([
    ['no observer', undefined],
    ['an observer of something else', { onClose: () => {} }],
  ])('%s: each change is a warning of the process, once', async (_what, observe) => {
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const server = await toolServer(tool('a'));
    const { list } = await pinned(
      server.target,
      {},
      observe === undefined ? { observe: false } : { observe },
    );
    await list();
    server.tools = [tool('a', '"title":"b"'), tool('b\u200b')];
    await list();
    await list();
    const warnings = emitted.mock.calls.map(([text, options]) => [text, options]);
    emitted.mockRestore();
    expect(warnings).toEqual([
      [
        expect.stringContaining('policy "toolPinning": tool "a" has changed: title, description.'),
        { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_TOOL' },
      ],
      [
        expect.stringContaining('tool "b\\u{200b}" is new.'),
        { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_TOOL' },
      ],
    ]);
  });

  test('a server cannot fill the log', async () => {
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const server = await toolServer(tool('a'));
    const { list } = await pinned(server.target, {}, { observe: false });
    await list();
    for (let round = 0; round < 5; round += 1) {
      server.tools = [tool('a'), ...Array.from({ length: 60 }, (_, i) => tool(`${round}-${i}`))];
      await list();
    }
    const warnings = emitted.mock.calls.map(([text]) => String(text));
    emitted.mockRestore();
    expect(warnings.length).toBe(100);
    expect(warnings.at(-1)).toContain('Further ones are not told');
  });
});

describe('toolPinning: options', () => {
  test.each<[string, object, string[]]>([
    ['an unknown one', { onNews: 'deny' }, ['onNews']],
    [
      'no such action',
      { onNew: 'warn', onChanged: true, onGone: null },
      ['onNew', 'onChanged', 'onGone'],
    ],
    ['no path', { lockFile: 1 }, ['lockFile']],
    ['an empty path', { lockFile: '' }, ['lockFile']],
    ['no store', { store: { get: () => {} } }, ['store']],
    ['a store that is null', { store: null }, ['store']],
    ['no function', { by: 'user' }, ['by']],
    ['no options', null as never, ['']],
  ])('%s is a config error', (_what, options, paths) => {
    expect(pathsOf(() => toolPinning(options as never))).toEqual(paths);
  });
});

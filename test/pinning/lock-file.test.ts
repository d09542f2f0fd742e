import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { toolPinning } from '../../src/exports/pinning.ts';
import { problemsOf } from '../support/config-error.ts';
import { until } from '../support/jwt/gate.ts';
import { atTestEnd } from '../support/servers.ts';
import { tool, toolServer } from '../support/tool-server.ts';
import { pinned } from './support/pinned.ts';

let folder = '';
let lockFile = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcp-lock-'));
  lockFile = join(folder, 'mcp-lock.json');
  atTestEnd(() => {
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true });
  });
});

const text = () => readFileSync(lockFile, 'utf8');

const SEND = tool(
  'send',
  '"inputSchema":{"type":"object","a":1.0},"description":"Se\u200bnd \u{e0041}e\u0301","icons":[]',
);

/** A lock file with what a server lists. */
async function approved(...tools: string[]) {
  const server = await toolServer(...tools);
  const { list } = await pinned(server.target, { lockFile });
  await list();
  // The answer waits for the file, but not longer than two seconds.
  await until(() => existsSync(lockFile));
  return server;
}

describe('toolPinning with a lock file', () => {
  test('it is written when the first list has come whole, for people to review', async () => {
    const server = await toolServer(tool('z'), SEND);
    server.pageSize = 1;
    const { list, pin } = await pinned(server.target, { lockFile });
    await list();
    expect(existsSync(lockFile)).toBe(false);
    await list('1');
    const fields = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'];
    expect(JSON.parse(text())).toEqual({
      version: 1,
      tools: {
        send: {
          hash: pin('send')?.seen,
          approvedAt: pin('send')?.approvedAt?.toISOString(),
          fields,
          definition: {
            name: 'send',
            description: 'Se\u200bnd \u{e0041}e\u0301',
            inputSchema: { a: 1, type: 'object' },
          },
        },
        z: {
          hash: pin('z')?.seen,
          approvedAt: expect.any(String),
          fields,
          definition: { name: 'z', description: 'does it' },
        },
      },
    });
    // What nobody sees can be seen.
    expect(text()).toContain('"description": "Se\\u200bnd \\udb40\\udc41e\\u0301"');
    expect(text()).toMatch(/^\{\n {2}"version": 1,\n {2}"tools": \{\n {4}"send": \{\n/);
    expect(text().endsWith('}\n')).toBe(true);
    expect(readdirSync(folder)).toEqual(['mcp-lock.json']);
  });

  test('after a restart tools are judged by it, seen or not', async () => {
    const server = await approved(tool('a'), tool('b'));
    const before = text();
    server.tools = [tool('a', '"title":"other"'), tool('b'), tool('c')];
    const options = { lockFile, onNew: 'deny' } as const;
    const { call, list, states, pin, reports } = await pinned(server.target, options);
    expect(states()).toEqual({ a: 'pinned', b: 'pinned' });
    // Nothing was seen yet: what is in the file may be called, and nothing else.
    expect([await call('a'), await call('b'), await call('c')]).toEqual([200, 200, 403]);
    expect(reports).toEqual([]);
    await list();
    expect(states()).toEqual({ a: 'changed', b: 'pinned', c: 'new' });
    expect([await call('a'), await call('b'), await call('c')]).toEqual([403, 200, 403]);
    expect(pin('a')?.diff).toMatchObject([
      { field: 'title', before: undefined, after: 'other' },
      { field: 'description', before: 'does it', after: undefined },
    ]);
    expect(reports.length).toBe(2);
    expect(text()).toBe(before);
  });

  test('a call of a tool that is not in it, and was not listed yet, is told once', async () => {
    const server = await approved(tool('a'));
    const { call, reports } = await pinned(server.target, { lockFile });
    expect([await call('x'), await call('x'), await call('a')]).toEqual([200, 200, 200]);
    expect(reports).toEqual(['tool "x" is new']);
  });

  test('only approve writes to it later, and changes one tool alone', async () => {
    const server = await approved(tool('a'), tool('b'), tool('c'));
    const before = JSON.parse(text());
    server.tools = [tool('a', '"title":"other"'), tool('b', '"title":"other"'), tool('d')];
    const { gateway, list, pin, states } = await pinned(server.target, { lockFile });
    await list();
    await gateway.approve('a');
    const { tools } = JSON.parse(text());
    expect(tools).toEqual({ ...before.tools, a: tools.a });
    expect(tools.a.hash).toBe(pin('a')?.seen);
    await gateway.approve('c');
    await gateway.approve('d');
    expect(Object.keys(JSON.parse(text()).tools)).toEqual(['a', 'b', 'd']);
    expect(states()).toEqual({ a: 'pinned', b: 'changed', d: 'pinned' });
  });

  test('what another process has approved holds here, from the next list or refusal on', async () => {
    const server = await approved(tool('a'));
    const [one, other] = [
      await pinned(server.target, { lockFile }),
      await pinned(server.target, { lockFile }),
    ];
    server.tools = [tool('a', '"title":"other"')];
    await one.list();
    await other.list();
    expect([await one.call('a'), await other.call('a')]).toEqual([403, 403]);
    await one.gateway.approve('a');
    expect([await one.call('a'), await other.call('a')]).toEqual([200, 200]);
  });

  test('approvals of several processes at once are all kept', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `t${i}`);
    const server = await approved(...names.map((name) => tool(name)));
    server.tools = names.map((name) => tool(name, '"title":"other"'));
    const gateways = await Promise.all(names.map(() => pinned(server.target, { lockFile })));
    await Promise.all(gateways.map(({ list }) => list()));
    await Promise.all(gateways.map(({ gateway }, i) => gateway.approve(names[i] as string)));
    const { list, states } = await pinned(server.target, { lockFile });
    await list();
    expect(new Set(Object.values(states()))).toEqual(new Set(['pinned']));
    expect(readdirSync(folder)).toEqual(['mcp-lock.json']);
  });

  test('of processes that see a first list at once, one writes, and all go by that', async () => {
    const server = await toolServer(tool('a'));
    const [one, other] = [
      await pinned(server.target, { lockFile }),
      await pinned(server.target, { lockFile }),
    ];
    await one.list();
    const before = text();
    server.tools = [tool('a', '"title":"other"')];
    await other.list();
    expect(text()).toBe(before);
    expect(other.states()).toEqual({ a: 'changed' });
    expect(await other.call('a')).toBe(403);
  });

  test('a link to it stays, and what it leads to is written', async () => {
    const path = join(folder, 'real.json');
    const server = await approved(tool('a'));
    writeFileSync(path, text());
    rmSync(lockFile);
    symlinkSync(path, lockFile);
    server.tools = [tool('a', '"title":"other"')];
    const { gateway, list } = await pinned(server.target, { lockFile });
    await list();
    await gateway.approve('a');
    expect(readFileSync(path, 'utf8')).toContain('"title": "other"');
    expect(statSync(lockFile).ino).toBe(statSync(path).ino);
  });

  test('a process that died while it wrote holds nobody up for long', async () => {
    const server = await approved(tool('a'));
    server.tools = [tool('a', '"title":"other"')];
    writeFileSync(`${lockFile}.lock`, '');
    utimesSync(`${lockFile}.lock`, 0, 0);
    const { gateway, list, states } = await pinned(server.target, { lockFile });
    await list();
    await gateway.approve('a');
    expect(states()).toEqual({ a: 'pinned' });
  });

  test('one that is broken while it is used changes nothing, and is told', async () => {
    const server = await approved(tool('a'));
    const { list, call, gateway, errors, states } = await pinned(server.target, { lockFile });
    await list();
    for (const broken of ['', '{"version":1,"tools":{}', '{"version":1,"tools":{"a":{}}}']) {
      writeFileSync(lockFile, broken);
      await list();
      expect(states()).toEqual({ a: 'pinned' });
      await expect(gateway.approve('a')).rejects.toThrow();
      expect(text()).toBe(broken);
    }
    expect(errors.map(({ reason }) => reason)).toEqual(Array(3).fill('store_unavailable'));
    server.tools = [tool('a', '"title":"other"')];
    await list();
    // A file that cannot be read might have allowed it.
    expect(await call('a')).toBe(403);
  });

  test('a first list with a tool that nobody can approve leaves that out', async () => {
    const server = await toolServer(tool('a'), tool('b', '"x":1,"title":"x","title":"y"'));
    const { list, call, gateway } = await pinned(server.target, { lockFile });
    await list();
    expect(Object.keys(JSON.parse(text()).tools)).toEqual(['a']);
    expect(await call('b')).toBe(403);
    await gateway.approve('b');
    expect(JSON.parse(text()).tools.b.source).toBe(server.tools[1]);
    const later = await pinned(server.target, { lockFile });
    await later.list();
    expect(await later.call('b')).toBe(200);
  });

  test('names like __proto__ are names', async () => {
    const names = ['__proto__', 'constructor', 'toString', '10', '9', ''];
    const server = await approved(...names.map((name) => tool(name)));
    const { list, states } = await pinned(server.target, { lockFile });
    server.tools = names.map((name) => tool(name, '"title":"other"'));
    await list();
    expect(Object.keys(states()).length).toBe(names.length);
    const { gateway } = await pinned(server.target, { lockFile });
    expect(gateway.pins().map(({ name }) => name)).toEqual([
      '',
      '10',
      '9',
      '__proto__',
      'constructor',
      'toString',
    ]);
  });

  test('with several lists, all are judged by the one file', async () => {
    const server = await approved(tool('a'), tool('b'));
    const by = ({ headers }: { headers: NodeJS.Dict<string | string[]> }) =>
      String(headers['x-team']);
    const { list, call, gateway } = await pinned(server.target, { lockFile, by });
    const of = (team: string) => ({ headers: { 'X-Team': team } });
    await list(undefined, { ...of('one'), body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' });
    server.tools = [tool('a', '"title":"other"'), tool('b')];
    await list(undefined, { ...of('two'), body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' });
    expect([await call('a', of('one')), await call('a', of('two'))]).toEqual([200, 403]);
    expect(gateway.pins().map(({ name, state, list }) => `${list} ${name} ${state}`)).toEqual([
      'one a pinned',
      'two a changed',
      'one b pinned',
      'two b pinned',
    ]);
    await expect(gateway.approve('a')).rejects.toThrow('Several definitions');
    await gateway.approve('a', gateway.pins()[1]?.seen);
    expect([await call('a', of('one')), await call('a', of('two'))]).toEqual([403, 200]);
  });
});

describe('toolPinning: a lock file that cannot be used is a config error', () => {
  const whole = {
    hash: `v1:sha256:${'0'.repeat(64)}`,
    approvedAt: '2026-11-27T08:00:00.000Z',
    fields: ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'],
  };
  const of = (a: object) => JSON.stringify({ version: 1, tools: { a } });

  test.each([
    ['nothing', '', 'not JSON'],
    ['half of it', '{"version":1,', 'not JSON'],
    ['no object', '[]', 'not an object'],
    ['another version', '{"version":2,"tools":{}}', '"version" is not 1'],
    ['no tools', '{"version":1}', '"tools" is not an object'],
    [
      'another member',
      '{"version":1,"tools":{},"trust":"all"}',
      '"trust" is not one of version, tools',
    ],
    [
      'a tool twice',
      `{"version":1,"tools":{"a":${JSON.stringify(whole)},"a":${JSON.stringify(whole)}}}`,
      'repeated',
    ],
    ['a tool that is no object', of(['x']), 'tools["a"] is not an object'],
    ['no hash', of({ ...whole, hash: undefined }), 'tools["a"].hash is not'],
    [
      'a hash of another version',
      of({ ...whole, hash: whole.hash.replace('v1', 'v2') }),
      'tools["a"].hash',
    ],
    ['no time', of({ ...whole, approvedAt: 'yesterday' }), 'tools["a"].approvedAt is not a time'],
    ['fewer fields', of({ ...whole, fields: ['name'] }), 'tools["a"].fields are not those'],
    ['an unknown member of a tool', of({ ...whole, note: 1 }), '"note" is not one of'],
    [
      'a definition that was edited',
      of({ ...whole, definition: { name: 'a' } }),
      'one of them was edited',
    ],
    [
      'a definition and a source',
      of({ ...whole, definition: { name: 'a' }, source: '{}' }),
      'source',
    ],
  ])('%s', (_what, content, why) => {
    writeFileSync(lockFile, content);
    const [problem, ...others] = problemsOf(() => toolPinning({ lockFile }));
    expect(others).toEqual([]);
    expect(problem?.path).toBe('lockFile');
    expect(problem?.given).toBe(JSON.stringify(lockFile));
    expect(problem?.expected).toContain(why);
    expect(problem?.expected).toContain('version control');
  });

  test('a folder in its place, and one that is not there', () => {
    expect(problemsOf(() => toolPinning({ lockFile: folder }))[0]?.expected).toContain('EISDIR');
    const nowhere = join(folder, 'not', 'there.json');
    expect(problemsOf(() => toolPinning({ lockFile: nowhere }))[0]?.expected).toContain('ENOENT');
  });

  test('one with hashes alone is enough to decide', async () => {
    const server = await approved(tool('a'));
    const document = JSON.parse(text());
    delete document.tools.a.definition;
    writeFileSync(lockFile, JSON.stringify(document));
    const { list, call, pin } = await pinned(server.target, { lockFile });
    await list();
    expect(await call('a')).toBe(200);
    server.tools = [tool('a', '"title":"other"')];
    await list();
    expect(await call('a')).toBe(403);
    expect(pin('a')?.diff).toEqual([]);
  });
});

describe('toolPinning: where the lock file cannot be written', () => {
  test('what came first holds in this process, and it is tried again', async () => {
    const server = await toolServer(tool('a'));
    const { list, call, errors, states } = await pinned(server.target, { lockFile });
    rmSync(folder, { recursive: true });
    expect((await list()).status).toBe(200);
    expect(errors.map(({ reason }) => reason)).toEqual(['store_unavailable']);
    expect(states()).toEqual({ a: 'pinned' });
    server.tools = [tool('a', '"title":"other"')];
    await list();
    expect(await call('a')).toBe(403);
    mkdirSync(folder, { recursive: true });
    await list();
    expect(JSON.parse(text()).tools.a.definition.title).toBeUndefined();
    expect(await call('a')).toBe(403);
  });

  test('approve rejects, and nothing has changed', async () => {
    const server = await approved(tool('a'));
    const { gateway, list, call, states } = await pinned(server.target, { lockFile });
    server.tools = [tool('a', '"title":"other"')];
    await list();
    const before = text();
    rmSync(folder, { recursive: true });
    await expect(gateway.approve('a')).rejects.toThrow('ENOENT');
    expect(states()).toEqual({ a: 'changed' });
    expect(await call('a')).toBe(403);
    mkdirSync(folder);
    writeFileSync(lockFile, before);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { headerOf } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { requestBytes } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { call } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { folderWith, type RunningCommand, startCommand } from './support/command.ts';
import { documentFor } from './support/document.ts';

/** Says its name, and opens a stream for each GET. */
async function upstream(name: string): Promise<string> {
  const { port } = await serve((req, res) => {
    res.setHeader('X-Upstream', name);
    if (req.method === 'GET') {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
    } else req.resume().on('end', () => res.end('{}'));
  });
  return `http://127.0.0.1:${port}`;
}

const askOf =
  ({ port }: RunningCommand) =>
  async (path = '/mcp') => {
    const answer = await send(port, { body: call('x'), path });
    return answer.status === 200 ? headerOf(answer, 'X-Upstream') : answer.status;
  };

/** Asks until the answer is this. */
async function untilIt(ask: () => Promise<unknown>, answer: unknown): Promise<void> {
  while ((await ask()) !== answer) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function endOf(command: RunningCommand) {
  command.process.kill('SIGTERM');
  return command.ended;
}

test('a document is applied when it changes, however it was written; what is wrong with it changes nothing', async () => {
  const [one, two, three] = [await upstream('one'), await upstream('two'), await upstream('three')];
  const cwd = await folderWith({ 'krakend.json': documentFor(one) });
  const file = join(cwd, 'krakend.json');
  const command = await startCommand(['krakend.json', '--watch'], { cwd });
  const ask = askOf(command);
  expect(await ask()).toBe('one');
  const client = (await rawClient(command.port)).send(requestBytes({ method: 'GET' }));
  await client.has(/data: 1\n\n/);

  // As editors do: another file in its place.
  await writeFile(join(cwd, 'new'), JSON.stringify(documentFor(two)));
  await rename(join(cwd, 'new'), file);
  await untilIt(ask, 'two');
  await command.line(/INFO .*krakend\.json has changed, and holds from now on for \/mcp$/);

  const wrong = { ...documentFor(one), timeout: 'soon', endpoint: [] };
  await writeFile(file, JSON.stringify(wrong));
  const complaint = await command.complaint(/is not applied/);
  expect(complaint).toMatch(
    /^krakend\.json has changed and is not applied; what ran before runs on: /,
  );
  await command.complaint(/timeout: /);
  await writeFile(file, '{ "version": 3, ');
  await command.complaint(/JSON/);
  await rm(file);
  await command.complaint(/krakend\.json cannot be read: ENOENT/);
  expect(await ask()).toBe('two');

  // As a shell does: emptied, and then written.
  await writeFile(file, '');
  await writeFile(file, JSON.stringify({ ...documentFor(three), port: 1 }));
  await untilIt(ask, 'three');
  await command.line(/WARN .*port: this holds from the next start on/);
  expect(client.ending).toBeUndefined();

  // Where nobody reads it any more, what is wrong is no reason to end.
  command.process.stderr?.destroy();
  await writeFile(file, '{');
  await new Promise((resolve) => setTimeout(resolve, 300));
  await writeFile(file, JSON.stringify(documentFor(one)));
  await untilIt(ask, 'one');
  const closed = client.closed();
  expect(await endOf(command)).toMatchObject({ code: 0 });
  await closed;
});

test('a document is applied when its directory was removed and made again, and while others write beside it', async () => {
  const [one, two, three] = [await upstream('one'), await upstream('two'), await upstream('three')];
  const cwd = await folderWith({});
  const folder = join(cwd, 'etc', 'gateway');
  const file = join(folder, 'krakend.json');
  const put = async (target: string) => {
    await mkdir(folder, { recursive: true });
    await writeFile(file, JSON.stringify(documentFor(target)));
  };
  await put(one);
  const command = await startCommand(['etc/gateway/krakend.json', '--watch'], { cwd });
  const ask = askOf(command);
  expect(await ask()).toBe('one');

  await rm(folder, { recursive: true });
  await put(two);
  await untilIt(ask, 'two');
  // As above, and the directory that it is in.
  await rm(join(cwd, 'etc'), { recursive: true });
  await command.complaint(/cannot be read: ENOENT/);
  await put(three);
  await untilIt(ask, 'three');
  // A directory of the same name takes the place of the old one.
  await mkdir(join(cwd, 'new'));
  await writeFile(join(cwd, 'new', 'krakend.json'), JSON.stringify(documentFor(one)));
  await rename(folder, join(cwd, 'old'));
  await rename(join(cwd, 'new'), folder);
  await untilIt(ask, 'one');

  let isBusy = true;
  const busy = (async () => {
    while (isBusy) {
      await writeFile(join(folder, 'log'), 'line');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await put(two);
  await untilIt(ask, 'two');
  isBusy = false;
  await busy;
  expect(await endOf(command)).toMatchObject({ code: 0 });
});

test.each(['json', 'mjs'])(
  'a pipe or a directory in place of a file (.%s) is told, and keeps neither a later file away nor the process',
  async (ending) => {
    const [one, two] = [await upstream('one'), await upstream('two')];
    const text = (target: string) =>
      ending === 'json'
        ? JSON.stringify(documentFor(target))
        : `export default ${JSON.stringify({ target })};`;
    const name = `gateway.${ending}`;
    const cwd = await folderWith({ [name]: text(one) });
    const file = join(cwd, name);
    const command = await startCommand([name, '--watch'], { cwd });
    const ask = askOf(command);
    expect(await ask()).toBe('one');

    await rm(file);
    execFileSync('mkfifo', [file]);
    await command.complaint(/is not applied; .* cannot be read: it is not a file/);
    await rm(file);
    await writeFile(file, text(two));
    await untilIt(ask, 'two');
    await rm(file);
    await mkdir(file);
    await command.complaint(/is not applied; .* cannot be read: it is not a file/);
    expect(await ask()).toBe('two');
    expect(await endOf(command)).toMatchObject({ code: 0 });
  },
);

test.each(['mjs', 'cjs'])(
  'a module (.%s) is read anew when the link to its directory is another, as in Kubernetes',
  async (ending) => {
    const [one, two] = [await upstream('one'), await upstream('two')];
    const name = `gateway.config.${ending}`;
    const exported = ending === 'mjs' ? 'export default' : 'module.exports =';
    const cwd = await folderWith({});
    const put = async (version: string, text: string) => {
      await mkdir(join(cwd, `..${version}`));
      await writeFile(join(cwd, `..${version}`, name), text);
      await symlink(`..${version}`, join(cwd, '..new'));
      await rename(join(cwd, '..new'), join(cwd, '..data'));
    };
    const limit = "{ name: 'calls', limit: 4, window: '1h' }";
    await put(
      '1',
      `${exported} [
        { target: '${one}', rateLimit: ${limit} },
        { target: '${one}', path: '/old', rateLimit: ${limit} },
      ];`,
    );
    await symlink(join('..data', name), join(cwd, name));
    const command = await startCommand([name, '--watch'], { cwd });
    const ask = askOf(command);
    expect([await ask(), await ask('/old'), await ask('/new')]).toEqual(['one', 'one', 404]);

    await put('2', `${exported} { target: '${one}', rateLimt: 1 };`);
    await command.complaint(/rateLimt: /);
    // A module that never gets done keeps no later one away.
    if (ending === 'mjs') {
      await put('waits', `${exported} () => new Promise(() => {});`);
      await command.complaint(/is still being read/);
    }
    await put(
      '3',
      `${exported} ({ app }) => {
        app.get('/own', (_req, res) => res.send('own'));
        return [
          { target: '${two}', rateLimit: ${limit} },
          { target: '${two}', path: '/new', rateLimit: ${limit} },
        ];
      };`,
    );
    await rm(join(cwd, '..1'), { recursive: true });
    await command.line(/holds from now on for \/mcp, \/new$/);
    expect([await ask('/new'), await ask('/old')]).toEqual(['two', 404]);
    expect((await send(command.port, { method: 'GET', path: '/own' })).body).toBe('own');
    // What was counted before counts on.
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([
      'two',
      'two',
      'two',
      429,
    ]);
    const { code, stderr } = await endOf(command);
    expect([code, stderr.match(/is not applied/g)]).toEqual([0, ['is not applied']]);
  },
);

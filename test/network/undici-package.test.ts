import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { UNDICI_RANGE } from '../../src/engine/undici/undici-internals.ts';
import { send } from '../support/client/send.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { forkModule } from '../support/fork-module.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { rawUpstream, recordingUpstream } from '../support/upstream.ts';

function manifest(path: string) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

const own = manifest('../../package.json');
const installed = manifest('../../node_modules/undici/package.json');

async function problemsWhere(...args: string[]): Promise<unknown> {
  const child = forkModule(new URL('support/undici-elsewhere.ts', import.meta.url), args);
  const [problems] = await once(child, 'message');
  return problems;
}

/** What is said where undici is not as the engine needs it. */
const butWhy = (why: string) => [
  expect.objectContaining({
    path: 'engine',
    code: 'unavailable',
    given: '"undici"',
    expected:
      `an engine whose package is there: undici ~8.13.1, but ${why}: ` +
      'npm install undici@~8.13.1, or leave engine out',
  }),
];

test('undici that is not installed is a mistake in the configuration, with what to install', async () => {
  expect(await problemsWhere('missing')).toEqual(butWhy('it is not installed'));
});

test('so is undici outside of the range of versions, and a later patch is none', async () => {
  const others = ['7.16.0', '8.13.0', '8.14.0', '9.13.1'];
  expect(await problemsWhere('versions', ...others, '8.13.20')).toEqual([
    ...others.map((version) => butWhy(`${version} is installed`)),
    [],
  ]);
});

test('so is undici without a file that the engine takes parts from', async () => {
  const why = `what is installed as ${installed.version} has other files`;
  expect(await problemsWhere('moved')).toEqual(butWhy(why));
});

test('the range that is checked is the one that npm is told', () => {
  expect(own.peerDependencies.undici).toBe(UNDICI_RANGE);
  expect(own.devDependencies.undici).toBe(UNDICI_RANGE);
});

/** What `fetch` of a process goes by, whichever copy of undici put it there. */
const dispatchers = () =>
  ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) =>
    Reflect.get(globalThis, Symbol.for(name)),
  );

test('fetch of the process keeps its dispatcher', async () => {
  const before = dispatchers();
  const upstream = await recordingUpstream();
  const gateway = await startGateway({ target: upstream.target, engine: 'undici' });
  expect(await send(gateway.port)).toMatchObject({ status: 200 });
  expect(dispatchers()).toEqual(before);
});

test('a connection that stays idle is closed, and the next request opens another', async () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
  const upstream = await rawUpstream(onHead((socket) => void socket.write(answer)));
  const gateway = await startGateway({ target: upstream.target, engine: 'undici' });
  holdTimers();
  expect(await send(gateway.port)).toMatchObject({ status: 200 });
  const first = await upstream.connection(0);
  await inHeldTime(first.closed());
  expect(await send(gateway.port)).toMatchObject({ status: 200 });
  expect(upstream.connections).toHaveLength(2);
});

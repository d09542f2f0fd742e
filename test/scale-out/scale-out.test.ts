import { spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { NGINX_ENV } from '../../examples/scale-out/nginx.ts';
import { isTaken } from '../../examples/scale-out/ports.ts';
import { Agent } from './agent.ts';
import { Example } from './example.ts';

const missing = ['nginx', 'redis-server'].filter(
  (program) => spawnSync(program, ['-v'], { env: NGINX_ENV }).error !== undefined,
);

/** `describe` where the example can run; skipped, and said so, where not. */
function describeHere(name: string, body: () => void): void {
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  process.stderr.write(`Skipped: ${name} (no ${missing.join(' and no ')})\n`);
  test.skip(name, () => {});
}

/** What `targets` and the like print, whole. */
const TARGETS = /gateway-1\n(?:.*\n){3}gateway-2\n(?:.*\n){3}/;

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(100);
}

/** Starting eight processes, and waiting for those that were ended, takes a while on a busy machine. */
const LONG_MS = 120_000;

describeHere('examples/scale-out', () => {
  let example: Example;
  const agents: Agent[] = [];

  beforeAll(async () => {
    example = new Example();
    await example.isUp();
  }, LONG_MS);

  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.close();
  });

  afterAll(() => example.end('SIGTERM'), LONG_MS);

  async function newAgent(url = example.url): Promise<Agent> {
    const agent = new Agent();
    agents.push(agent);
    return agent.connect(url);
  }

  /** Connects agents until one is as it should be. */
  async function agentThat(suits: (agent: Agent) => Promise<boolean> | boolean): Promise<Agent> {
    for (;;) {
      const agent = await newAgent();
      if (await suits(agent)) return agent;
    }
  }

  const livesAt = (upstream: string) => async (agent: Agent) => (await agent.where()) === upstream;
  const portOf = (name: string) => example.ports.get(name);

  /** Calls `count` through gateway-1, and acts at its first step; gives the steps and the result. */
  async function countWhile(agent: Agent, act: () => Promise<unknown>) {
    for (;;) {
      const steps: number[] = [];
      let acting: Promise<unknown> | undefined;
      const result = await agent.call('count', { to: 10 }, ({ progress }) => {
        steps.push(progress);
        if (agent.through.get('POST') === portOf('gateway-1')) acting ??= act();
      });
      if (acting === undefined) continue;
      await acting;
      return { steps, result };
    }
  }

  test('sessions are spread, and each stays at its upstream, through both gateways', async () => {
    const one = await newAgent();
    const place = await one.where();
    const other = await agentThat(async (agent) => (await agent.where()) !== place);
    const gateways = new Set<string>();
    for (const notes of ['1', '1, 2', '1, 2, 3', '1, 2, 3, 4']) {
      for (const agent of [one, other]) {
        expect(await agent.call('note', { note: notes.slice(-1) })).toBe(notes);
        gateways.add(example.nameOf(agent.through.get('POST') ?? 0));
      }
    }
    expect(gateways).toEqual(new Set(['gateway-1', 'gateway-2']));
  });

  test(
    'an upstream is killed: its sessions get 404 and begin anew, others never notice',
    async () => {
      const lost = await newAgent();
      const place = await lost.where();
      const other = await agentThat(async (agent) => (await agent.where()) !== place);
      await other.call('note', { note: 'kept' });

      await example.type(`kill ${place}`, /is killed/);
      const statuses: number[] = [];
      while (statuses.at(-1) !== 404) {
        statuses.push(
          await lost.where().then(
            () => 200,
            ({ status }) => status,
          ),
        );
        await setTimeout(50);
      }
      // Until the breakers of both gateways are open, the upstream cannot be reached.
      expect(new Set(statuses)).toEqual(new Set([502, 404]));
      expect(await (await newAgent()).where()).not.toBe(place);
      expect(await other.call('note', { note: 'still' })).toBe('kept, still');

      await example.type(`start ${place}`, /is up/);
      await until(async () => {
        // Those that begin there are served by both gateways, although one may learn later that it is back.
        const agent = await newAgent();
        const home = await agent.where();
        for (let i = 0; i < 4; i++) expect(await agent.where()).toBe(home);
        return (await example.type('targets', TARGETS)).match(/is closed/g)?.length === 6;
      });
      await agentThat(livesAt(place));
    },
    LONG_MS,
  );

  test(
    'a gateway is killed: sessions, streams and calls go on through the other',
    async () => {
      const agent = await agentThat(({ through }) => through.get('GET') === portOf('gateway-1'));
      await agent.call('note', { note: 'kept' });
      const direct = await newAgent(example.urlOf(await agent.where()));

      const { steps, result } = await countWhile(agent, () =>
        example.type('kill gateway-1', /is killed/),
      );
      // The server keeps its events, so that the client can ask for those that it missed.
      expect(steps).toContain(10);
      expect(result).toMatch(/^10, by/);
      await direct.call('announce');
      await agent.hears(1);
      expect(agent.through.get('GET')).toBe(portOf('gateway-2'));
      expect(await agent.call('note', { note: 'still' })).toBe('kept, still');

      await example.type('start gateway-1', /is up/);
    },
    LONG_MS,
  );

  test(
    'a gateway is restarted: calls finish, no stream is cut, no event is missed',
    async () => {
      const agent = await agentThat(({ through }) => through.get('GET') === portOf('gateway-1'));
      // Of the same upstream, on no gateway: what it announces, all sessions there hear.
      const direct = await newAgent(example.urlOf(await agent.where()));
      await direct.call('announce');
      await agent.hears(1);

      let isBack = false;
      let announced = 1;
      const { steps, result } = await countWhile(agent, async () => {
        const restarted = example.type('restart gateway-1', /was restarted/).then(() => {
          isBack = true;
        });
        while (!isBack) {
          await direct.call('announce');
          announced += 1;
        }
        await restarted;
      });
      expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(result).toMatch(/^10, by/);
      await direct.call('announce');
      await agent.hears(announced + 1);
      expect(agent.events).toBe(announced + 1);
      expect(agent.errors).toEqual([]);
      // Its event stream once more; the call was not cut, so that there was nothing else to resume.
      expect(agent.opened).toBe(2);
    },
    LONG_MS,
  );

  test(
    'an upstream is drained by its operator alone, and taken back',
    async () => {
      const agent = await newAgent();
      const place = await agent.where();
      const query = new URLSearchParams({ target: example.urlOf(place), graceMs: '0' });
      for (const path of ['targets', `drain?${query}`, `restore?${query}`]) {
        expect((await example.admin('gateway-1', path)).status).toBe(401);
        expect((await example.admin('gateway-1', path, 'another key')).status).toBe(401);
        expect((await fetch(new URL(`/admin/${path}`, example.url))).status).toBe(404);
      }
      const unknown = await example.admin('gateway-1', 'drain?target=http://x/', example.adminKey);
      expect(unknown.status).toBe(404);

      for (const gateway of ['gateway-1', 'gateway-2']) {
        const drained = await example.admin(gateway, `drain?${query}`, example.adminKey);
        const row = { url: example.urlOf(place), state: 'draining', open: 0 };
        expect(await drained.json()).toContainEqual(expect.objectContaining(row));
      }
      await expect(agent.where()).rejects.toMatchObject({ status: 404 });
      for (let i = 0; i < 6; i++) expect(await (await newAgent()).where()).not.toBe(place);

      expect(await example.type(`restore ${place}`, TARGETS)).toMatch(
        new RegExp(`${place} is closed`),
      );
      await agentThat(livesAt(place));
    },
    LONG_MS,
  );

  test(
    'Ctrl-C ends all',
    async () => {
      expect(await example.end('SIGINT')).toEqual([0, null]);
      for (const [name, port] of example.ports) {
        expect([name, await isTaken(port)]).toEqual([name, false]);
      }
    },
    LONG_MS,
  );
});

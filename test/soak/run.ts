import { setTimeout } from 'node:timers/promises';
import { createClient } from 'redis';
import type { TargetStatus } from '../../src/index.ts';
import { Chaos } from './chaos.ts';
import { Journal } from './load/journal.ts';
import { Load } from './load/load.ts';
import type { SoakOptions } from './options.ts';
import { fileDescriptors } from './processes/file-descriptors.ts';
import { Random } from './random.ts';
import { atRest } from './rest.ts';
import type { Stage } from './stage.ts';
import { until } from './until.ts';
import type { Evidence } from './verdict/evidence.ts';
import { readExecutions, readNotes } from './verdict/evidence.ts';

/** The share of the warm-up in the time under load. What a gateway holds after it, it may hold at the end. */
const WARM_UP = 1 / 6;

/** Runs load without kills, rest, load with kills, rest; gives all results. */
export async function run(
  stage: Stage,
  { seconds, seed, rate, streams }: SoakOptions,
  say: (text: string) => void,
): Promise<Evidence> {
  const journal = new Journal();
  const newLoad = (random: Random) => {
    const { url, apiKey } = stage;
    return new Load({ url, apiKey, rate, users: streams }, random, journal);
  };
  const fresh = await fileDescriptors(stage.survivor.life.pid);

  say('warming up');
  const warmUp = newLoad(new Random(seed));
  warmUp.start();
  await setTimeout(seconds * 1000 * WARM_UP);
  await warmUp.stopCalls();
  await warmUp.leave();
  await stage.nginx.stop();
  const before = await atRest(stage.survivor, fresh);
  await stage.nginx.start();

  say('killing');
  const load = newLoad(new Random(seed + 1));
  load.start();
  const chaos = new Chaos(seed, stage.upstreams, [stage.mortal], say);
  await setTimeout(seconds * 1000 * (1 - WARM_UP));
  await chaos.stop();

  say('coming to rest');
  await load.stopCalls();
  await until(() => load.users.every((user) => user.hasEvents));
  const open = load.users.map(({ session }) => session).filter((session) => session !== undefined);
  const last = await lastEvents(stage);
  await until(() => open.every(({ id, events }) => events.at(-1) === last[id]));
  await load.leave();
  await stage.nginx.stop();
  const after = await atRest(stage.survivor, fresh);

  return {
    journal,
    executions: await readExecutions(stage.executedFiles),
    notes: await readNotes(stage.notesFiles),
    upstreams: stage.upstreams,
    gateways: stage.gateways,
    streams: { open, last, users: streams },
    rest: { fresh, before, after, targets: await targetsOf(stage) },
    keys: await timesLeft(stage.redisUrl),
  };
}

async function targetsOf({ gateways }: Stage): Promise<TargetStatus[]> {
  return (await Promise.all(gateways.map((each) => each.ask<TargetStatus[]>('targets')))).flat();
}

/** Ends the events; gives the number of the last one of each session. */
async function lastEvents({ upstreams }: Stage): Promise<Readonly<Record<string, number>>> {
  const each = await Promise.all(
    upstreams.map((upstream) => upstream.ask<Record<string, number>>('stopEvents')),
  );
  return Object.assign({}, ...each);
}

/** For each key in Redis the milliseconds until it expires; -1 means never. */
async function timesLeft(url: string): Promise<number[]> {
  const redis = createClient({ url });
  await redis.connect();
  const keys = await redis.keys('*');
  const times = await Promise.all(keys.map((key) => redis.pTTL(key)));
  redis.destroy();
  return times;
}

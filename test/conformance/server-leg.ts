import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leg } from './compare.ts';
import type { Revision } from './expectations.ts';
import { startGateway } from './gateway.ts';
import { during, listen } from './listen.ts';
import { type Results, readResults } from './results.ts';
import { createFixture } from './server/fixture.ts';
import { runSuite } from './suite.ts';

/** The suite acts as a client. It tests the fixture, and the gateway in front of the fixture. */
export async function runServerLeg(revision: Revision, folder: string): Promise<Leg> {
  // Each side gets a new fixture, so that the state of one run does not affect the other.
  const fixture = () => listen(createFixture);
  const direct = await during(fixture(), ({ url }) => test(url, revision, join(folder, 'direct')));
  const gateway = await during(fixture(), ({ url }) =>
    during(startGateway(url), (gateway) => test(gateway.url, revision, join(folder, 'gateway'))),
  );
  return { title: `${revision}, server`, direct, gateway };
}

async function test(url: string, revision: Revision, folder: string): Promise<Results> {
  await mkdir(folder, { recursive: true });
  await runSuite('server', '--url', url, '--requirements', revision, '-o', folder);
  return readResults(folder);
}

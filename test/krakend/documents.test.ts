import { describe, expect, test } from '@jest/globals';
import { KrakendConfigError } from '../../src/exports/krakend.ts';
import { atTestEnd } from '../support/servers.ts';
import { outcomeOf } from './support/outcome.ts';
import { type Document, documentsIn, OWN, SHARED } from './support/play/document.ts';
import { faultsOf } from './support/play/judge.ts';
import { play } from './support/play/play.ts';
import { readOptions } from './support/play/read-options.ts';
import { Stage } from './support/play/stage.ts';
import { start } from './support/start.ts';

const own = documentsIn(OWN);

test('there are documents, those that run and those that are refused', () => {
  expect(own.length).toBeGreaterThanOrEqual(8);
  const outcomes = new Set(own.map(({ expectations }) => expectations.outcome));
  expect(outcomes).toEqual(new Set(['runs', 'refused']));
});

describe('documents of this package', () => {
  test.each(own.map((document) => [document.name, document] as const))('%s', run);
});

const shared = documentsIn(SHARED);
if (shared.length > 0) {
  describe('documents of ../shared/krakend', () => {
    test.each(shared.map((document) => [document.name, document] as const))('%s', run);
  });
} else {
  process.stderr.write('Skipped: documents of ../shared/krakend (no such folder)\n');
  test.skip('documents of ../shared/krakend', () => {});
}

async function run(_name: string, { text, expectations }: Document): Promise<void> {
  const { outcome, messages, mayRefuse, steps } = expectations;
  const options = readOptions(expectations.options);
  const stage = await Stage.open();
  atTestEnd(() => stage.close());
  const document = stage.fill(text);
  const { problems, warnings } = outcomeOf(document, options);
  if (outcome === 'refused' || (outcome === 'runs-or-refused' && problems.length > 0)) {
    expect(problems).not.toEqual([]);
    const error = new KrakendConfigError(problems);
    for (const pattern of messages) expect(error.message).toMatch(new RegExp(pattern, 'i'));
    if (mayRefuse === undefined) return;
    // Each problem is one of those that are meant.
    for (const { path, message } of problems) {
      const isMeant = [...messages, ...mayRefuse].some((pattern) =>
        new RegExp(pattern, 'i').test(`${path}: ${message}`),
      );
      expect([path, message, isMeant]).toEqual([path, message, true]);
    }
    return;
  }
  expect(problems).toEqual([]);
  const said = warnings.map(({ path, message }) => `${path}: ${message}`).join('\n');
  for (const pattern of messages) expect(said).toMatch(new RegExp(pattern, 'i'));
  expect(steps).not.toEqual([]);
  const { port } = await start(document, options);
  const played = await play(expectations, stage, port);
  expect(played.flatMap((step) => faultsOf(step, stage.madeAt))).toEqual([]);
}

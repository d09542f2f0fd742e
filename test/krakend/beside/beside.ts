import { type Document, documentsIn, OWN, SHARED } from '../support/play/document.ts';
import { play } from '../support/play/play.ts';
import { Stage } from '../support/play/stage.ts';
import type { Difference } from './difference.ts';
import { differencesOf, type PlayedDocument, wrongRecordsOf } from './differences.ts';
import { DoesNotStart, type RunningGateway, startKrakend } from './krakend.ts';
import { ON_PURPOSE } from './on-purpose.ts';
import { startOwn } from './own.ts';

/**
 * Runs the documents in KrakenD and in this package, sends both the same requests, and prints what differs.
 * `KRAKEND_BIN` is the program of KrakenD's Community Edition; arguments are names of documents.
 */
const { KRAKEND_BIN: program } = process.env;
const names = process.argv.slice(2);

if (program === undefined || program === '') {
  console.log('KRAKEND_BIN names no program of KrakenD, so there is nothing to compare with.');
} else process.exitCode = (await compareAll(program)) > 0 ? 1 : 0;

/** How many differences are not on purpose. */
async function compareAll(program: string): Promise<number> {
  const documents = [...documentsIn(OWN), ...documentsIn(SHARED)].filter(
    ({ name }) => names.length === 0 || names.includes(name),
  );
  const differences: Difference[] = [];
  for (const document of documents) {
    const { name, expectations } = document;
    if (expectations.edition === 'enterprise') {
      console.log(`${name}: not run, it needs KrakenD Enterprise`);
      continue;
    }
    const own = await differencesIn(document, program);
    console.log(`${name}: ${expectations.steps.length} steps, ${own.length} differences`);
    differences.push(...own);
  }
  console.log('\nOn purpose:');
  for (const { name, matches } of ON_PURPOSE) {
    const count = differences.filter(matches).length;
    if (count > 0) console.log(`  ${count} × ${name}`);
  }
  const unexpected = differences.filter((own) => !ON_PURPOSE.some(({ matches }) => matches(own)));
  console.log(`\nUnexpected: ${unexpected.length}`);
  for (const { document, step, what, krakend, here } of unexpected) {
    console.log(
      `  ${document}: ${step || 'the document'}: ${what}: KrakenD ${krakend}, here ${here}`,
    );
  }
  return unexpected.length;
}

async function differencesIn(
  { name, text, expectations }: Document,
  program: string,
): Promise<Difference[]> {
  const playIn = async (
    start: (stage: Stage) => Promise<RunningGateway>,
  ): Promise<PlayedDocument> => {
    const stage = await Stage.open();
    try {
      const gateway = await start(stage);
      try {
        const steps = await play(expectations, stage, gateway.port);
        return { steps, madeAt: stage.madeAt };
      } finally {
        await gateway.close();
      }
    } catch (error) {
      if (error instanceof DoesNotStart) return { steps: undefined, madeAt: stage.madeAt };
      throw error;
    } finally {
      await stage.close();
    }
  };
  const krakend = await playIn((stage) =>
    startKrakend(program, name, (port) => stage.fill(text, port)),
  );
  const here = await playIn((stage) => startOwn(stage.fill(text), expectations.options));
  return [...wrongRecordsOf(name, krakend), ...differencesOf(name, expectations, krakend, here)];
}

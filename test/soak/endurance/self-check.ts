import type { Check } from '../verdict/check.ts';
import { type EnduranceOptions, LEAK_NAMES } from './options.ts';
import type { Leak } from './process/leaks.ts';
import { run } from './run.ts';
import { enduranceVerdict } from './verdict/checks.ts';

/** The check that has to fail for each leak. */
const SEEN_BY: Readonly<Record<Leak, string>> = {
  object: 'small requests: objects do not grow',
  text: 'small requests: bytes on the heap do not grow',
  answer:
    'small requests: no more files, handles, requests, timers and listeners than after the warm-up',
  buffer: 'small requests: bytes beside the heap do not grow',
  listener:
    'small requests: no more files, handles, requests, timers and listeners than after the warm-up',
  timer:
    'small requests: no more files, handles, requests, timers and listeners than after the warm-up',
  socket:
    'small requests: no more files, handles, requests, timers and listeners than after the warm-up',
};

/** Checks that each leak of a faulty gateway is found. */
export async function selfCheck(
  options: EnduranceOptions,
  say: (text: string) => void,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const leak of LEAK_NAMES) {
    say(`a gateway that keeps one ${leak} more for each request`);
    const evidence = await run({ ...options, phases: ['requests'], leak }, say);
    const failed = enduranceVerdict(evidence).filter(({ problems }) => problems.length > 0);
    const problems = failed.some(({ name }) => name === SEEN_BY[leak]) ? [] : ['it is not seen'];
    for (const { name, problems: found } of failed) say(`  seen: ${name}: ${found[0]}`);
    checks.push({ name: `a leak is seen: ${leak}`, problems });
  }
  return checks;
}
